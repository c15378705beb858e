//! Serves a folder, the built page, to this machine only.

use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

const USAGE: &str = "usage: ghm-lab-server FOLDER [--port N] [--open]";
/// Where to look for a free port when none is asked for.
const PORTS: std::ops::RangeInclusive<u16> = 8080..=8099;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("ghm-lab-server: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let Arguments { folder, port, open } = Arguments::parse(arguments)?;
    if !folder.join("index.html").is_file() {
        return Err(format!(
            "{} holds no index.html; build the page first with web/build.sh",
            folder.display()
        ));
    }
    let listener = listen(port)?;
    let failed = |error| format!("cannot serve: {error}");
    let address = format!("http://{}/", listener.local_addr().map_err(failed)?);
    listener.set_nonblocking(true).map_err(failed)?;
    tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .map_err(failed)?
        .block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            // The port listens already: whoever reads this line may connect.
            println!("GHM Lab is at {address}");
            std::io::stdout().flush()?;
            if open {
                open_browser(&address);
            }
            axum::serve(listener, router(&folder)).await
        })
        .map_err(failed)
}

struct Arguments {
    folder: PathBuf,
    port: Option<u16>,
    open: bool,
}

impl Arguments {
    fn parse(mut rest: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut folder, mut port, mut open) = (None, None, false);
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--open" => open = true,
                "--port" => {
                    let text = rest.next().unwrap_or_default();
                    let number = text.parse().map_err(|_| {
                        format!("--port: \"{text}\" is not a whole number from 0 to 65535")
                    })?;
                    port = Some(number);
                }
                flag if flag.starts_with('-') => {
                    return Err(format!("{flag} is no option; {USAGE}"));
                }
                _ if folder.is_none() => folder = Some(PathBuf::from(argument)),
                extra => return Err(format!("\"{extra}\" is one folder too many; {USAGE}")),
            }
        }
        let folder = folder.ok_or(USAGE)?;
        Ok(Self { folder, port, open })
    }
}

/// The port asked for (0 is any), or the first free one of [`PORTS`].
fn listen(port: Option<u16>) -> Result<TcpListener, String> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = port {
        return bind(port).map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => {
                format!("--port: {port} is in use; name another, or none to get a free one")
            }
            _ => format!("--port: cannot listen on {port}: {error}"),
        });
    }
    let (first, last) = (PORTS.start(), PORTS.end());
    PORTS.map(bind).find_map(Result::ok).ok_or_else(|| {
        format!("ports {first} to {last} are all in use; name a free one with --port")
    })
}

fn router(folder: &Path) -> Router {
    let set = |name: HeaderName, value| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    Router::new()
        .fallback_service(ServeDir::new(folder))
        .layer(from_fn(refuse_hidden))
        // A rebuilt page shows at the next reload.
        .layer(set(header::CACHE_CONTROL, "no-cache"))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
}

/// Files whose names begin with a dot are nobody's page. `ServeDir` itself stays in its folder.
async fn refuse_hidden(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_ascii_lowercase();
    if path.replace("%2e", ".").replace("%2f", "/").contains("/.") {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}

fn open_browser(address: &str) {
    let (program, arguments): (_, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else {
        ("xdg-open", &[])
    };
    let started = Command::new(program)
        .args(arguments)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if started.is_err() {
        println!("No browser could be opened; open the address yourself.");
    }
}
