//! The shell without a screen, for tests.
#![allow(dead_code, reason = "each test uses what it needs")]

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tauri::{
    App, DragDropEvent, Listener, PhysicalPosition, WebviewWindow, WebviewWindowBuilder,
    ipc::{CallbackFn, InvokeBody},
    test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets},
    webview::InvokeRequest,
};
use vitrine_api::{Api, OpenOptions, types::ApiError};
use vitrine_desktop::{Answer, Desk, Dialogs, Parent};

/// Answers the dialogs in the user's place.
#[derive(Default)]
pub struct Chosen {
    pub folders: Option<Vec<PathBuf>>,
    pub picture: Option<PathBuf>,
    pub pack: Option<PathBuf>,
    pub list: Option<PathBuf>,
    pub product_list: Option<PathBuf>,
    pub search_log: Option<PathBuf>,
}

impl Dialogs for Chosen {
    fn choose_folders(&self, _: &dyn Parent) -> Answer<Vec<PathBuf>> {
        let folders = self.folders.clone();
        Box::pin(async { folders })
    }

    fn choose_picture(&self, _: &dyn Parent) -> Answer<PathBuf> {
        let picture = self.picture.clone();
        Box::pin(async { picture })
    }

    fn choose_pack(&self, _: &dyn Parent) -> Answer<PathBuf> {
        let pack = self.pack.clone();
        Box::pin(async { pack })
    }

    fn choose_product_list(&self, _: &dyn Parent) -> Answer<PathBuf> {
        let list = self.product_list.clone();
        Box::pin(async { list })
    }

    fn choose_search_log(&self, _: &dyn Parent) -> Answer<PathBuf> {
        let log = self.search_log.clone();
        Box::pin(async { log })
    }

    fn choose_new_file(&self, _: &dyn Parent, _: &str, _: &str) -> Answer<PathBuf> {
        let list = self.list.clone();
        Box::pin(async { list })
    }

    fn choose_export_folder(&self, _: &dyn Parent) -> Answer<PathBuf> {
        let folder = self.folders.clone().and_then(|mut folders| folders.pop());
        Box::pin(async { folder })
    }
}

fn request(command: &str, body: InvokeBody) -> InvokeRequest {
    InvokeRequest {
        cmd: command.into(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" }.parse().unwrap(),
        body,
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_string(),
    }
}

/// The shell without a screen, on a library of its own.
pub struct Shell {
    pub app: App<MockRuntime>,
    window: WebviewWindow<MockRuntime>,
    /// The very library that the commands use, once it is open.
    pub api: Arc<Mutex<Option<Api>>>,
    _library: tempfile::TempDir,
}

impl Shell {
    pub fn new() -> Shell {
        Shell::with(Chosen::default())
    }

    pub fn with(dialogs: Chosen) -> Shell {
        Shell::with_packs(dialogs, Vec::new())
    }

    pub fn with_packs(dialogs: Chosen, pack_folders: Vec<PathBuf>) -> Shell {
        let library = tempfile::tempdir().unwrap();
        let options = OpenOptions {
            library: library.path().to_owned(),
            pack: None,
            pack_folders,
            packs_folder: library.path().join("packs"),
            samples: None,
            prefer_cpu: true,
            precision: None,
        };
        Shell::opened_by(dialogs, library, move || Api::open(options))
    }

    pub fn opened_by(
        dialogs: Chosen,
        library: tempfile::TempDir,
        open: impl FnOnce() -> Result<Api, ApiError> + Send + 'static,
    ) -> Shell {
        let api = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&api);
        let desk = Desk {
            open: Box::new(move |_| {
                let api = open()?;
                *kept.lock().unwrap() = Some(api.clone());
                Ok(api)
            }),
            dialogs: Arc::new(dialogs),
            started: Instant::now(),
        };
        let app =
            vitrine_desktop::configure(mock_builder(), desk).build(mock_context(noop_assets())).unwrap();
        let window = WebviewWindowBuilder::new(&app, "main", Default::default()).build().unwrap();
        Shell { app, window, api, _library: library }
    }

    pub fn invoke(&self, command: &str, body: InvokeBody) -> Result<Value, Value> {
        get_ipc_response(&self.window, request(command, body)).map(|body| body.deserialize().unwrap())
    }

    pub fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        self.invoke(command, InvokeBody::Json(arguments))
    }

    /// Calls a command while another one is called over and over.
    pub fn call_while(&self, command: &str, other: &'static str) -> Result<Value, Value> {
        let window = self.window.clone();
        let (end, ended) = mpsc::channel::<()>();
        let caller = thread::spawn(move || {
            while ended.recv_timeout(Duration::from_millis(5)) == Err(RecvTimeoutError::Timeout) {
                get_ipc_response(&window, request(other, InvokeBody::Json(Value::Null))).unwrap();
            }
        });
        let answer = self.call(command, Value::Null);
        drop(end);
        caller.join().unwrap();
        answer
    }

    /// The picture at an address of the `photo` protocol: status, headers and bytes.
    pub fn photo(&self, path: &str) -> (u16, HashMap<String, String>, Vec<u8>) {
        let api = self.api.lock().unwrap().clone().unwrap();
        let response = vitrine_desktop::answer_photo(Ok(&api), path);
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        (response.status().as_u16(), headers, response.into_body())
    }

    /// Lets go of files over the window and gives the number that the pages hear.
    pub fn drop_files(&self, paths: &[&Path]) -> Value {
        let (sender, heard) = mpsc::channel();
        let listening = self.app.listen("drag", move |event| {
            sender.send(serde_json::from_str::<Value>(event.payload()).unwrap()).unwrap();
        });
        let paths = paths.iter().map(|path| path.to_path_buf()).collect();
        let position = PhysicalPosition::new(20.0, 30.0);
        vitrine_desktop::dragged(&self.app, &DragDropEvent::Drop { paths, position }, 1.0);
        let event = heard.recv_timeout(Duration::from_secs(10)).unwrap();
        self.app.unlisten(listening);
        assert_eq!((&event["phase"], &event["x"], &event["y"]), (&json!("drop"), &json!(20.0), &json!(30.0)));
        event
    }

    /// Waits until the catalog holds this many photos that can be browsed.
    pub fn wait_for_photos(&self, n_photos: u64) -> Value {
        let start = Instant::now();
        loop {
            let state = self.call("app_state", json!({})).unwrap();
            if state["catalog"]["nPhotos"] == n_photos {
                return state;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "{n_photos} photos expected: {state:#}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A folder with one photo of this colour.
pub fn folder_with_photo(color: [u8; 3]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    image::RgbImage::from_pixel(40, 30, image::Rgb(color)).save(folder.path().join("cup.png")).unwrap();
    folder
}

pub fn code(error: &Value) -> &str {
    error["code"].as_str().unwrap_or_else(|| panic!("not an ApiError: {error}"))
}
