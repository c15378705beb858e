//! Predictions on the page, as the program reads them.

use super::*;

/// What the program says of the same file, through its own `--json`.
fn native_xray(name: &str, content: &str) -> Value {
    let inputs = vec![Input::bytes(name, content.as_bytes())];
    let job = Job::start(inputs, Options::default(), &Config::default());
    match job.work(f64::INFINITY).unwrap() {
        Progress::Done(inspected) => inspected.report.to_json(),
        Progress::Goes(_) => panic!("all time in the world was given"),
    }
}

#[test]
fn predictions_dropped_on_the_page_are_xrayed() {
    let site = Site::serve();
    for graphics in [Graphics::WebGl, Graphics::WebGpu] {
        let mut browser = Browser::launch(graphics);
        let mut page = browser.open(&site.origin);
        page.ready();
        assert_eq!(page.evaluate("ghmLab.xray()"), Value::Null);
        let [binary, classes, _] = SAMPLES;
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        };
        page.drop_file(&file(binary.file, binary.content));
        page.wait_for("ghmLab.xray().then((report) => report !== null)");
        let mut dropped = page.evaluate("ghmLab.xray()");
        let expected = native_xray(binary.file, binary.content);
        same(&mut dropped, &expected);

        // The same through the script, as text and as a File, and with other settings.
        let text = json!(binary.content);
        let mut report = page.evaluate(&format!("ghmLab.xray({text})"));
        same(&mut report, &expected);
        let fewer = page.evaluate(&format!(
            "ghmLab.xray(new File([{text}], 'a.csv'), {{bins: 10}})"
        ));
        assert_eq!(numbers(&fewer["counts"]).len(), 10);
        let sum = |report: &Value| numbers(&report["counts"]).iter().sum::<f64>();
        assert_eq!(sum(&fewer), sum(&expected));
        assert_eq!(
            page.evaluate("ghmLab.config().bins"),
            30,
            "the experiment keeps its own"
        );
        let text = json!(classes.content);
        let report = page.evaluate(&format!("ghmLab.xray({text})"));
        assert_eq!(report["task"], "classes");

        // What is wrong is said, and all else stays.
        let error = page
            .try_evaluate("ghmLab.xray('logit,label\\n1,7\\n')")
            .unwrap_err();
        assert!(
            error.contains("line 2, column \"label\": 7 is not 0 or 1"),
            "{error}"
        );
        assert_eq!(page.evaluate("ghmLab.xray()")["task"], "classes");
        page.drop_file(&file("bad.csv", "logit,label\n1,0\nx,1\n"));
        page.wait_for(
            "ghmLab.messages().some((text) => text.includes('bad.csv, line 3, column \"logit\"'))",
        );
        let step = page.evaluate("ghmLab.snapshot().step").as_f64();
        page.wait_for(&format!("ghmLab.snapshot().step > {}", step.unwrap()));
        let error = page
            .try_evaluate("ghmLab.xray('p,label\\n1,1\\n', {bins: 0})")
            .unwrap_err();
        assert!(error.contains("bins: 0 is outside 1 to 256"), "{error}");
        assert_eq!(page.errors(), Vec::<String>::new());
    }
}

/// A person drops a file while the bytes of a script's are on their way: each report is of its own files.
#[test]
fn a_script_is_told_of_its_own_files_alone() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.open(&site.origin);
    page.ready();
    let beside_a_drop = |content: &str| {
        format!(
            "(() => {{
                const real = Blob.prototype.arrayBuffer;
                const arrayBuffer = async () => {{
                    let dropped;
                    Blob.prototype.arrayBuffer = function () {{ return (dropped = real.call(this)); }};
                    const dataTransfer = new DataTransfer();
                    dataTransfer.items.add(new File(['logit,label\\n1,1\\n-1,0\\n'], 'dropped.csv'));
                    window.dispatchEvent(new DragEvent('drop', {{ dataTransfer, cancelable: true }}));
                    Blob.prototype.arrayBuffer = real;
                    await dropped;
                    await new Promise((resolve) => setTimeout(resolve));
                    return new Blob([{}]).arrayBuffer();
                }};
                return ghmLab.xray([{{ name: 'own.csv', size: 16, arrayBuffer }}]);
            }})()",
            json!(content)
        )
    };
    let error = page
        .try_evaluate(&beside_a_drop("logit,label\n1,7\n"))
        .unwrap_err();
    assert!(error.contains("own.csv, line 2"), "{error}");
    assert_eq!(page.evaluate("ghmLab.xray()")["examples"], 2);
    let own = page.evaluate(&beside_a_drop("logit,label\n1,1\n2,0\n3,1\n"));
    assert_eq!(own["examples"], 3);
    assert_eq!(page.errors(), Vec::<String>::new());
}

/// As with the slider: where the entries of the menu lie is the screen's own affair. Also leaves pictures.
#[test]
fn a_sample_opens_with_one_click() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    page.resize(1280, 800);
    page.go(&site.origin);
    page.ready();
    page.evaluate("ghmLab.pause()");
    open_mirror(&mut page);
    click_name(&mut page, "X-ray");
    click_name(&mut page, "regression with outliers");
    page.wait_for("ghmLab.xray().then((report) => report?.task === 'regression')");
    assert_eq!(page.errors(), Vec::<String>::new());
    for (width, height) in [(1280, 800), (390, 844)] {
        page.resize(width, height);
        page.wait_for(&format!(
            "(({{ width, height }}) => width === {width} && height === {height})(document.querySelector('canvas'))"
        ));
        let name = format!("xray-{width}x{height}.png");
        let picture = decode_base64(&page.screenshot());
        std::fs::write(screenshots().join(name), picture).unwrap();
    }
}

/// Equal but for how often rows were handed on, which changes the order of sums.
fn same(page: &mut Value, native: &Value) {
    assert_eq!(
        page.as_object_mut().unwrap().remove("skipped"),
        Some(json!(0))
    );
    // JavaScript has one kind of number.
    assert_eq!(numbers(&page["counts"]), numbers(&native["counts"]));
    assert_eq!(page["examples"].as_f64(), native["examples"].as_f64());
    for key in ["ema", "density", "beta"] {
        close_f64(&page[key], &native[key]);
    }
    for loss in Loss::of(Task::Binary) {
        let of = |report: &Value, key: &str| report["losses"][loss.key()][key].clone();
        close_f64(&of(page, "contribution"), &of(native, "contribution"));
    }
    assert_eq!(
        page["metrics"]["average_precision"],
        native["metrics"]["average_precision"]
    );
}

fn close_f64(page: &Value, native: &Value) {
    let (page, native) = (numbers(page), numbers(native));
    assert_eq!(page.len(), native.len());
    for (a, b) in page.iter().zip(&native) {
        assert!((a - b).abs() <= 1e-12 * b.abs(), "{a} is not {b}");
    }
}
