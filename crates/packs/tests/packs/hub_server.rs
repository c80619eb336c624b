//! A hub on this machine: the protocol of the real one, with faults on demand.
//!
//! As the real one, it answers for small files itself (after a redirect to another of its addresses),
//! and sends who wants a large one to another server.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use sha1::{Digest, Sha1};
use sha2::Sha256;

/// Files of this length and more are kept by the other server.
const LARGE: usize = 50_000;

/// What goes wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// The connection ends after so many bytes of an answer.
    CutAfter(usize),
    /// No byte follows after so many.
    SilentAfter(usize),
    /// One bit of the bytes is another.
    WrongBytes,
    /// More bytes than were announced.
    TooLong,
    /// `Range` is not understood.
    NoRanges,
    /// An answer without bytes.
    Status(u16),
    /// Neither checksum nor etag.
    NoChecksum,
    /// Announced as larger than any disk.
    Huge,
    /// A chunk, then a short sleep.
    Slow,
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub range: Option<String>,
    pub authorization: Option<String>,
    pub is_store: bool,
}

#[derive(Default)]
pub struct State {
    /// Commit and files by repository.
    pub repos: BTreeMap<String, (String, BTreeMap<String, Vec<u8>>)>,
    /// Files that are too large for memory, by repository and name; `repos` has them empty.
    on_disk: BTreeMap<String, OnDisk>,
    /// A fault for paths that end so, and how often.
    pub faults: Vec<(String, Fault, u32)>,
    pub seen: Vec<Seen>,
    /// The bearer token without which nothing is given out.
    pub token: Option<String>,
}

#[derive(Clone)]
struct OnDisk {
    path: PathBuf,
    size_bytes: u64,
    sha256: String,
}

pub struct HubServer {
    pub address: String,
    state: Arc<Mutex<State>>,
}

impl HubServer {
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let hub = TcpListener::bind("127.0.0.1:0").unwrap();
        let store = TcpListener::bind("127.0.0.1:0").unwrap();
        let store_address = format!("http://{}", store.local_addr().unwrap());
        let address = format!("http://{}", hub.local_addr().unwrap());
        for (listener, is_store) in [(hub, false), (store, true)] {
            let (state, store_address) = (Arc::clone(&state), store_address.clone());
            thread::spawn(move || {
                for stream in listener.incoming().filter_map(Result::ok) {
                    let (state, store_address) = (Arc::clone(&state), store_address.clone());
                    // A client that went away is no fault of the server's.
                    thread::spawn(move || answer(stream, &state, is_store, &store_address).ok());
                }
            });
        }
        Self { address, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Makes a repository, or changes it; its commit follows from its content.
    pub fn put(&self, repo: &str, files: BTreeMap<String, Vec<u8>>) {
        let mut sha1 = Sha1::new();
        for (name, bytes) in &files {
            sha1.update(name);
            sha1.update(bytes);
        }
        self.state().repos.insert(repo.to_owned(), (hex(&sha1.finalize()), files));
    }

    /// Makes a repository of a folder, whose large files stay on the disk.
    pub fn put_folder(&self, repo: &str, folder: &Path) {
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let size_bytes = path.metadata().unwrap().len();
            if size_bytes < 1 << 20 {
                files.insert(name, std::fs::read(&path).unwrap());
                continue;
            }
            let mut sha256 = Sha256::new();
            let mut file = File::open(&path).unwrap();
            let mut buffer = vec![0; 1 << 20];
            loop {
                match file.read(&mut buffer).unwrap() {
                    0 => break,
                    n => sha256.update(&buffer[..n]),
                }
            }
            let sha256 = hex(&sha256.finalize());
            self.state().on_disk.insert(format!("{repo}/{name}"), OnDisk { path, size_bytes, sha256 });
            files.insert(name, Vec::new());
        }
        self.put(repo, files);
    }

    /// Lets the next `times` requests for a path that ends so go wrong.
    pub fn fault(&self, ending: &str, fault: Fault, times: u32) {
        self.state().faults.push((ending.to_owned(), fault, times));
    }

    /// Everything that was asked for since the last call.
    pub fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.state().seen)
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn answer(stream: TcpStream, state: &Mutex<State>, is_store: bool, store: &str) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let path = words.next().unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    let request = Seen {
        method,
        path,
        range: headers.get("range").cloned(),
        authorization: headers.get("authorization").cloned(),
        is_store,
    };
    let reply = {
        let mut state = state.lock().unwrap();
        state.seen.push(request.clone());
        reply_to(&mut state, &request, store)
    };
    reply.send(stream, request.method == "HEAD")
}

struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// A file in the place of the body, and from where on.
    file: Option<(OnDisk, u64)>,
    fault: Option<Fault>,
}

impl Reply {
    fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), file: None, fault: None }
    }

    fn send(self, mut stream: TcpStream, is_head: bool) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {} Whatever\r\nConnection: close\r\n", self.status);
        let length = self.file.as_ref().map_or(self.body.len() as u64, |(file, from)| file.size_bytes - from);
        head += &format!("Content-Length: {length}\r\n");
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        if is_head {
            return Ok(());
        }
        if let Some((on_disk, from)) = self.file {
            let mut file = File::open(on_disk.path)?;
            file.seek(SeekFrom::Start(from))?;
            let cut = match self.fault {
                Some(Fault::CutAfter(n)) => n as u64,
                _ => u64::MAX,
            };
            return io::copy(&mut file.take(cut), &mut stream).map(|_| ());
        }
        match self.fault {
            Some(Fault::CutAfter(n)) => stream.write_all(&self.body[..n.min(self.body.len())]),
            Some(Fault::SilentAfter(n)) => {
                stream.write_all(&self.body[..n.min(self.body.len())])?;
                thread::sleep(Duration::from_secs(20));
                Ok(())
            }
            Some(Fault::Slow) => {
                for chunk in self.body.chunks(4_096) {
                    stream.write_all(chunk)?;
                    thread::sleep(Duration::from_millis(20));
                }
                Ok(())
            }
            _ => stream.write_all(&self.body),
        }
    }
}

fn reply_to(state: &mut State, request: &Seen, store: &str) -> Reply {
    let wanted = state.token.as_ref().map(|token| format!("Bearer {token}"));
    if wanted.is_some() && !request.is_store && request.authorization != wanted {
        return Reply::status(401);
    }
    let fault = take_fault(state, request);
    if let Some(Fault::Status(status)) = fault {
        return Reply::status(status);
    }
    if let Some(rest) = request.path.strip_prefix("/api/models/") {
        let (repo, _) = rest.split_once("/revision/").unwrap_or((rest, ""));
        let Some((commit, files)) = state.repos.get(repo) else { return Reply::status(404) };
        let siblings: Vec<_> = files.keys().map(|name| serde_json::json!({ "rfilename": name })).collect();
        let body = serde_json::json!({ "id": repo, "sha": commit, "siblings": siblings }).to_string();
        return Reply { body: body.into_bytes(), ..Reply::status(200) };
    }
    let path = request.path.strip_prefix("/cache").unwrap_or(&request.path);
    let Some((repo, rest)) = path[1..].split_once("/resolve/") else { return Reply::status(404) };
    let (commit, name) = rest.split_once('/').unwrap_or((rest, ""));
    let bytes = match state.repos.get(repo) {
        Some((known, files)) if known == commit => files.get(name).cloned(),
        _ => None,
    };
    let Some(bytes) = bytes else { return Reply::status(404) };
    if let Some(on_disk) = state.on_disk.get(&format!("{repo}/{name}")) {
        if request.is_store {
            return file_from(on_disk, request, fault);
        }
        return redirect_to_store(on_disk.size_bytes, &on_disk.sha256, path, commit, fault, store);
    }
    if request.is_store {
        return bytes_from(bytes, request, fault);
    }
    if bytes.len() >= LARGE {
        let sha256 = hex(&Sha256::digest(&bytes));
        return redirect_to_store(bytes.len() as u64, &sha256, path, commit, fault, store);
    }
    if !request.path.starts_with("/cache") {
        return Reply { headers: vec![("Location", format!("/cache{path}"))], ..Reply::status(307) };
    }
    let blob = [format!("blob {}\0", bytes.len()).as_bytes(), &bytes].concat();
    let etag = format!("\"{}\"", hex(&Sha1::digest(&blob)));
    let mut reply = bytes_from(bytes, request, fault);
    if fault != Some(Fault::NoChecksum) {
        reply.headers.push(("ETag", etag));
    }
    reply
}

fn redirect_to_store(
    size_bytes: u64,
    sha256: &str,
    path: &str,
    commit: &str,
    fault: Option<Fault>,
    store: &str,
) -> Reply {
    let size = if fault == Some(Fault::Huge) { 1 << 60 } else { size_bytes };
    let mut headers = vec![
        ("Location", format!("{store}{path}")),
        ("X-Repo-Commit", commit.to_owned()),
        ("X-Linked-Size", size.to_string()),
    ];
    if fault != Some(Fault::NoChecksum) {
        headers.push(("X-Linked-Etag", format!("\"{sha256}\"")));
    }
    Reply { headers, ..Reply::status(302) }
}

/// The part of a large file that was asked for.
fn file_from(on_disk: &OnDisk, request: &Seen, fault: Option<Fault>) -> Reply {
    let from = wanted_from(request).unwrap_or(0) as u64;
    let mut reply = Reply { file: Some((on_disk.clone(), from)), fault, ..Reply::status(200) };
    if from > 0 {
        reply.status = 206;
        let total = on_disk.size_bytes;
        reply.headers.push(("Content-Range", format!("bytes {from}-{}/{total}", total - 1)));
    }
    reply
}

fn wanted_from(request: &Seen) -> Option<usize> {
    request.range.as_ref()?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

/// The bytes that were asked for.
fn bytes_from(mut bytes: Vec<u8>, request: &Seen, fault: Option<Fault>) -> Reply {
    if fault == Some(Fault::WrongBytes) {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    }
    if fault == Some(Fault::TooLong) {
        bytes.extend([0; 100]);
    }
    let from = wanted_from(request).filter(|_| fault != Some(Fault::NoRanges));
    let total = bytes.len();
    // The other server's etag is its own.
    let mut reply = Reply { fault, headers: vec![("X-Store", "1".to_owned())], ..Reply::status(200) };
    if let Some(from) = from {
        if from >= total {
            return Reply::status(416);
        }
        bytes.drain(..from);
        reply.status = 206;
        reply.headers.push(("Content-Range", format!("bytes {from}-{}/{total}", total - 1)));
    }
    reply.body = bytes;
    reply
}

/// A fault of the bytes strikes where the bytes are.
fn take_fault(state: &mut State, request: &Seen) -> Option<Fault> {
    let is_of_bytes = |fault: &Fault| !matches!(fault, Fault::Status(_) | Fault::NoChecksum | Fault::Huge);
    let has_bytes = request.method == "GET" && (request.is_store || request.path.starts_with("/cache"));
    let at = state.faults.iter().position(|(ending, fault, times)| {
        *times > 0 && request.path.ends_with(ending.as_str()) && (has_bytes || !is_of_bytes(fault))
    })?;
    let (_, fault, times) = &mut state.faults[at];
    *times -= 1;
    Some(*fault)
}
