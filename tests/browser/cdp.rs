//! A headless Chromium, driven over the DevTools protocol.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// Software rendering of WebGPU on two cores is slow, but not slower than this.
/// Only so that it ends at all: what is waited for is a condition.
pub const PATIENCE: Duration = Duration::from_secs(900);

/// What graphics the browser has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Graphics {
    WebGpu,
    WebGl,
    None,
}

impl Graphics {
    fn flags(self) -> &'static [&'static str] {
        match self {
            // Without Vulkan, WebGPU computes but the canvas stays white.
            Self::WebGpu => &[
                "--enable-unsafe-webgpu",
                "--use-angle=swiftshader",
                "--enable-features=Vulkan",
                "--use-vulkan=swiftshader",
                "--ignore-gpu-blocklist",
            ],
            Self::WebGl => &["--enable-unsafe-swiftshader"],
            Self::None => &["--disable-gpu", "--disable-3d-apis"],
        }
    }
}

/// A browser with a profile of its own; ends with this value.
pub struct Browser {
    process: Child,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    last_id: u64,
    /// What the pages told us since they were opened, as (session, event).
    events: Vec<(String, Value)>,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub fn launch(graphics: Graphics) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the browser's profile");
        let mut command = Command::new(program());
        command
            .args(["--headless", "--no-sandbox", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-sync"])
            .args(["--disable-component-update", "--disable-quic"])
            .args(["--remote-debugging-port=0", "--hide-scrollbars"])
            .args(graphics.flags())
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = command.spawn().expect("Chromium starts");
        let address = devtools_address(profile.path());
        let (socket, _) = tungstenite::connect(&address).expect("Chromium listens");
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            let timeout = Some(Duration::from_millis(50));
            stream.set_read_timeout(timeout).expect("a read timeout");
        }
        Self {
            process,
            socket,
            last_id: 0,
            events: Vec::new(),
            _profile: profile,
        }
    }

    /// A new tab at an address.
    pub fn open(&mut self, url: &str) -> Page<'_> {
        let mut page = self.blank();
        page.go(url);
        page
    }

    /// A new, empty tab, to be set up before it goes anywhere.
    pub fn blank(&mut self) -> Page<'_> {
        let target = self.call("", "Target.createTarget", json!({"url": "about:blank"}));
        let id = target["targetId"].clone();
        let attach = json!({"targetId": id, "flatten": true});
        let attached = self.call("", "Target.attachToTarget", attach);
        let session = attached["sessionId"].as_str().expect("a session");
        let mut page = Page {
            session: session.to_owned(),
            browser: self,
        };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        page
    }

    fn call(&mut self, session: &str, method: &str, params: Value) -> Value {
        self.try_call(session, method, params)
            .unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn try_call(&mut self, session: &str, method: &str, params: Value) -> Result<Value, String> {
        let id = self.send(session, method, params)?;
        self.answer(id)
    }

    /// Asks without waiting; gives the number of the answer.
    fn send(&mut self, session: &str, method: &str, params: Value) -> Result<u64, String> {
        self.last_id += 1;
        let id = self.last_id;
        let mut request = json!({"id": id, "method": method, "params": params});
        if !session.is_empty() {
            request["sessionId"] = json!(session);
        }
        let text = Message::text(request.to_string());
        self.socket.send(text).map_err(|error| error.to_string())?;
        Ok(id)
    }

    /// Waits for an answer; those that come before it are let go.
    fn answer(&mut self, id: u64) -> Result<Value, String> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let Some(mut answer) = self.receive() else {
                continue;
            };
            if answer["id"] == id {
                return match answer.get("error") {
                    Some(error) => Err(error["message"].to_string()),
                    None => Ok(answer["result"].take()),
                };
            }
        }
        Err(format!("no answer in {PATIENCE:?}"))
    }

    /// The next message, if one comes soon; events are kept.
    fn receive(&mut self) -> Option<Value> {
        let text = match self.socket.read() {
            Ok(message) => message.into_text().ok()?,
            Err(tungstenite::Error::Io(error))
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
            {
                return None;
            }
            Err(error) => panic!("Chromium is gone: {error}"),
        };
        let message: Value = serde_json::from_str(&text).ok()?;
        if message.get("method").is_some() {
            let session = message["sessionId"].as_str().unwrap_or_default();
            self.events.push((session.to_owned(), message.clone()));
        }
        Some(message)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked to close, it takes its helpers along and lets go of the profile.
        let close = json!({"id": 0, "method": "Browser.close"}).to_string();
        let _ = self.socket.send(Message::text(close));
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A tab.
pub struct Page<'a> {
    browser: &'a mut Browser,
    session: String,
}

impl Page<'_> {
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.browser.call(&self.session, method, params)
    }

    /// Two calls at once: the second does not wait for the answer to the first.
    pub fn call_both(&mut self, method: &str, params: [Value; 2]) {
        let [_, last] = params.map(|params| {
            let sent = self.browser.send(&self.session, method, params);
            sent.expect("Chromium listens")
        });
        let answer = self.browser.answer(last);
        answer.unwrap_or_else(|error| panic!("{method}: {error}"));
    }

    pub fn go(&mut self, url: &str) {
        let went = self.call("Page.navigate", json!({"url": url}));
        assert_eq!(went["errorText"], Value::Null, "{url} opens");
    }

    /// A window of that size, with a finger where it is as narrow as a phone.
    pub fn resize(&mut self, width: u32, height: u32) {
        let phone = width < 500;
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone
        });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let touch = json!({"enabled": phone});
        self.call("Emulation.setTouchEmulationEnabled", touch);
    }

    pub fn dark(&mut self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": value}]);
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// Runs this before any script of the pages that the tab opens from now on.
    pub fn before_load(&mut self, script: &str) {
        let source = json!({"source": script});
        self.call("Page.addScriptToEvaluateOnNewDocument", source);
    }

    /// The value of a JavaScript expression, awaited; an exception is the error.
    pub fn try_evaluate(&mut self, expression: &str) -> Result<Value, String> {
        let params = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true,
            "userGesture": true
        });
        let mut answer = self
            .browser
            .try_call(&self.session, "Runtime.evaluate", params)?;
        match answer.get("exceptionDetails") {
            Some(details) => Err(exception_text(details)),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    pub fn evaluate(&mut self, expression: &str) -> Value {
        self.try_evaluate(expression)
            .unwrap_or_else(|error| panic!("{expression}: {error}\n{:#?}", self.errors()))
    }

    /// Waits until an expression is true.
    pub fn wait_for(&mut self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.try_evaluate(expression) != Ok(Value::Bool(true)) {
            assert!(
                Instant::now() < deadline,
                "never true: {expression}\n{:#?}",
                self.errors()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the lab runs.
    pub fn ready(&mut self) {
        // Right after going somewhere, the page's script has not begun.
        self.wait_for("typeof ghmLab === 'object'");
        self.evaluate("ghmLab.ready.then(() => true)");
    }

    /// A picture of the window: PNG as base64.
    pub fn screenshot(&mut self) -> String {
        let mut answer = self.call("Page.captureScreenshot", json!({"format": "png"}));
        match answer["data"].take() {
            Value::String(data) => data,
            other => panic!("no picture: {other}"),
        }
    }

    /// Everything that went wrong since the tab was opened: exceptions, errors and warnings on the
    /// console, refused and failed loads, breaches of the page's security policy.
    pub fn errors(&mut self) -> Vec<String> {
        self.own_events()
            .filter_map(|event| {
                let params = &event["params"];
                match event["method"].as_str()? {
                    "Runtime.exceptionThrown" => Some(exception_text(&params["exceptionDetails"])),
                    "Runtime.consoleAPICalled" if params["type"] == "error" => {
                        Some(format!("console: {}", params["args"][0]["value"]))
                    }
                    "Log.entryAdded" if params["entry"]["level"] == "error" => {
                        Some(format!("log: {}", params["entry"]["text"]))
                    }
                    "Network.loadingFailed" => Some(format!("load: {}", params["errorText"])),
                    _ => None,
                }
            })
            .collect()
    }

    /// What scripts of the page and of its frames have warned of.
    pub fn warnings(&mut self) -> Vec<String> {
        self.own_events()
            .filter(|event| event["method"] == "Runtime.consoleAPICalled")
            .filter(|event| event["params"]["type"] == "warning")
            .map(|event| event["params"]["args"][0]["value"].to_string())
            .collect()
    }

    /// Every address that the tab asked the network for.
    pub fn requests(&mut self) -> Vec<String> {
        self.own_events()
            .filter(|event| event["method"] == "Network.requestWillBeSent")
            .filter_map(|event| Some(event["params"]["request"]["url"].as_str()?.to_owned()))
            .collect()
    }

    fn own_events(&mut self) -> impl Iterator<Item = &Value> {
        while self.browser.receive().is_some() {}
        let own = |(session, _): &&(String, Value)| *session == self.session;
        self.browser
            .events
            .iter()
            .filter(own)
            .map(|(_, event)| event)
    }
}

fn exception_text(details: &Value) -> String {
    let exception = &details["exception"];
    let text = [
        &exception["description"],
        &exception["value"],
        &details["text"],
    ];
    let text = text.iter().find_map(|text| text.as_str());
    text.unwrap_or("an exception without words").to_owned()
}

/// Where Chromium is. A test that cannot run has failed.
fn program() -> String {
    let chosen = std::env::var("CHROMIUM").ok();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut candidates = chosen.into_iter().chain(names.map(str::to_owned));
    let runs = |name: &String| {
        let version = Command::new(name).arg("--version").output();
        version.is_ok_and(|output| output.status.success())
    };
    candidates
        .find(runs)
        .expect("Chromium is missing: install it, or name the program in the variable CHROMIUM")
}

fn devtools_address(profile: &Path) -> String {
    let file = profile.join("DevToolsActivePort");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        if let Some((port, path)) = text.trim().split_once('\n') {
            return format!("ws://127.0.0.1:{port}{path}");
        }
        assert!(Instant::now() < deadline, "Chromium opens its tools");
        std::thread::sleep(Duration::from_millis(20));
    }
}
