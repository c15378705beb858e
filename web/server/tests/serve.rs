//! The server as a page meets it: on this machine only, and nothing outside its folder.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_ghm-lab-server"))
            .arg(folder)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("it says where it listens");
        let address = line.trim_end().trim_end_matches('/');
        let address = address.rsplit('/').next().expect("an address").to_owned();
        Self { process, address }
    }

    /// What it answers to a target that no client would tidy up before.
    fn get(&self, target: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(
            stream,
            "GET {target} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder to serve, beside a file that is none of a page's business.
fn site() -> (tempfile::TempDir, Server) {
    let outer = tempfile::tempdir().expect("a folder");
    let inner = outer.path().join("site");
    std::fs::create_dir(&inner).expect("a folder");
    for (path, text) in [
        (inner.join("index.html"), "the page"),
        (inner.join(".secret"), "private"),
        (outer.path().join("secret.txt"), "private"),
    ] {
        std::fs::write(path, text).expect("writable");
    }
    let server = Server::start(&inner);
    (outer, server)
}

#[test]
fn nothing_outside_the_folder_is_served() {
    let (_folder, server) = site();
    for target in ["/", "/index.html", "//index.html"] {
        let answer = server.get(target);
        assert!(answer.starts_with("HTTP/1.1 200"), "{target}: {answer}");
        assert!(answer.ends_with("the page"), "{target}: {answer}");
        for header in ["x-content-type-options: nosniff", "cache-control: no-cache"] {
            assert!(answer.contains(header), "{target}: {answer}");
        }
    }
    for target in [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%2E%2E%2Fsecret.txt",
        "/..%5csecret.txt",
        "/x/../../secret.txt",
        "/.secret",
        "/%2esecret",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/index.html/../../secret.txt",
    ] {
        let answer = server.get(target);
        assert!(!answer.starts_with("HTTP/1.1 200"), "{target}: {answer}");
        assert!(
            !answer.contains("private") && !answer.contains("root:"),
            "{target}"
        );
    }
}

#[test]
fn other_machines_cannot_reach_it() {
    let (_folder, server) = site();
    let port = server.address.strip_prefix("127.0.0.1:").expect("loopback");
    // Also this machine, but not the address that it listens on: it needs no network to ask.
    #[cfg(target_os = "linux")]
    assert!(TcpStream::connect(("127.0.0.2", port.parse().expect("a port"))).is_err());
    // No packet is sent: this only asks which address of ours faces the world.
    let outside = UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?;
        socket.local_addr()
    });
    let Ok(outside) = outside else {
        // A machine without a network cannot be reached.
        return;
    };
    let there = TcpStream::connect((outside.ip(), port.parse().expect("a port")));
    assert!(there.is_err(), "{} answers on port {port}", outside.ip());
}
