//! The built page, served as people get it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running server of the built page; ends with this value.
pub struct Site {
    process: Child,
    /// With a slash at the end.
    pub origin: String,
}

impl Site {
    /// Serves `web/dist`.
    pub fn serve() -> Self {
        Self::serve_folder(&dist())
    }

    pub fn serve_folder(folder: &Path) -> Self {
        let server =
            target_folder().join(format!("ghm-lab-server{}", std::env::consts::EXE_SUFFIX));
        assert!(
            server.is_file(),
            "{} is missing: build it with cargo build -p ghm-lab-server",
            server.display()
        );
        let mut process = Command::new(server)
            .arg(folder)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("the server's output");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("the server says where it listens");
        let origin = line
            .split_whitespace()
            .last()
            .unwrap_or_default()
            .to_owned();
        assert!(
            origin.starts_with("http://127.0.0.1:"),
            "an address: {line}"
        );
        Self { process, origin }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The folder of the built page.
pub fn dist() -> PathBuf {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/dist");
    assert!(
        dist.join("index.html").is_file(),
        "web/dist holds no page: build it with web/build.sh"
    );
    dist
}

/// `target/debug`, where this test was built.
pub fn target_folder() -> PathBuf {
    let program = std::env::current_exe().expect("this program's path");
    let folder = program.ancestors().nth(2).expect("a target folder");
    folder.to_owned()
}
