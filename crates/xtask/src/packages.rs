//! What the operating system has to provide, and getting it on Debian and Ubuntu.

use std::{
    io::{BufRead, IsTerminal, Write, stdin, stdout},
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

use crate::command::{self, which};

/// A Debian package, and how to see that it (or another that does its job) is there.
pub(crate) struct Need {
    package: &'static str,
    /// A program on the search path that makes the package unnecessary.
    program: Option<&'static str>,
}

const fn library(package: &'static str) -> Need {
    Need { package, program: None }
}

const fn program(package: &'static str, program: &'static str) -> Need {
    Need { package, program: Some(program) }
}

/// The command line tool: SQLite, usearch and the tokenizers' C and C++, and the decoders' assembly.
pub(crate) const COMMAND_LINE: &[Need] = &[program("build-essential", "c++"), program("nasm", "nasm")];

/// The window: WebKitGTK, and Node for its pages.
pub(crate) const WINDOW: &[Need] = &[
    program("build-essential", "c++"),
    program("nasm", "nasm"),
    program("pkg-config", "pkg-config"),
    library("libwebkit2gtk-4.1-dev"),
    program("nodejs", "node"),
    program("npm", "npm"),
];

/// The tests: a display, a driver for the window, a browser for the UI, a program that other
/// programs' files can be dragged from, dictionaries for the word lists, and what reads HEIC.
pub(crate) const TESTS: &[Need] = &[
    program("webkit2gtk-driver", "WebKitWebDriver"),
    program("xvfb", "Xvfb"),
    program("dbus", "dbus-run-session"),
    program("xdotool", "xdotool"),
    program("chromium", "chromium"),
    library("fonts-dejavu-core"),
    program("hunspell", "hunspell"),
    library("hunspell-en-gb"),
    library("hunspell-en-us"),
    library("python3-gi"),
    library("gir1.2-gtk-3.0"),
    library("libheif1"),
];

/// Makes sure that everything is there; asks before installing when someone can answer.
pub(crate) fn ensure(needs: &[&[Need]]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let is_debian = which("apt-get").is_some() && which("dpkg-query").is_some();
    let mut missing: Vec<&str> = Vec::new();
    for need in needs.iter().flat_map(|list| list.iter()) {
        let there = need.program.is_some_and(|program| which(program).is_some())
            || if is_debian { is_installed(need.package) } else { is_known_elsewhere(need) };
        if !there && !missing.contains(&need.package) {
            missing.push(need.package);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    if !is_debian {
        bail!(
            "these are missing, by their Debian names: {}. Install what your system calls them \
             (the window's library is webkit2gtk4.1-devel on Fedora, webkit2gtk-4.1 on Arch), then try again",
            missing.join(" ")
        );
    }
    install(&missing)
}

fn install(packages: &[&str]) -> Result<()> {
    let mut install = as_administrator()?;
    install.args(["apt-get", "install", "--yes", "--no-install-recommends"]).args(packages);
    println!("Vitrine needs these system packages: {}", packages.join(" "));
    if stdin().is_terminal() && !agreed(&format!("Install them now with `{}`?", command::shown(&install)))? {
        bail!("nothing was installed; run `{}` yourself, then try again", command::shown(&install));
    }
    // Old lists name files that the mirrors no longer have; one unreachable mirror need not end it.
    if let Err(error) = command::run(as_administrator()?.args(["apt-get", "update", "--quiet"])) {
        eprintln!("the lists of packages could not be renewed: {error:#}");
    }
    command::run(&mut install)
}

/// `env`, through sudo where the user is not root.
fn as_administrator() -> Result<Command> {
    let user = command::output(Command::new("id").arg("-u"))?;
    let mut command = if user.trim() == "0" {
        Command::new("env")
    } else if which("sudo").is_some() {
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    } else {
        bail!("installing system packages takes root or sudo, and there is neither")
    };
    command.arg("DEBIAN_FRONTEND=noninteractive");
    Ok(command)
}

fn agreed(question: &str) -> Result<bool> {
    print!("{question} [Y/n] ");
    stdout().flush()?;
    let mut answer = String::new();
    stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

fn is_installed(package: &str) -> bool {
    let answer = Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output();
    answer.is_ok_and(|answer| answer.stdout == b"installed")
}

/// Without dpkg only the window's library can be asked for; fonts and Python modules are taken on trust.
fn is_known_elsewhere(need: &Need) -> bool {
    match (need.package, need.program) {
        ("libwebkit2gtk-4.1-dev", _) => Command::new("pkg-config")
            .args(["--exists", "webkit2gtk-4.1"])
            .status()
            .is_ok_and(|status| status.success()),
        (_, Some(_)) => false,
        (_, None) => true,
    }
}
