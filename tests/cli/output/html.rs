//! The HTML pages in a real browser.

use crate::harness::with_demo;
use crate::harness::{Place, free_port};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A server that should get no requests, and how many it got.
fn bait() -> (u16, Arc<AtomicUsize>) {
    let port = free_port().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    (port, asked)
}

/// What would run, load or draw over the page if it were taken for HTML.
fn hostile(port: u16) -> String {
    let at = format!("http://127.0.0.1:{port}");
    format!(
        "</td></table></main><script>document.title='owned';fetch('{at}/fetch')</script><script src={at}/script></script>\
         <img src={at}/image onerror=\"document.title='owned'\"><link rel=stylesheet href={at}/style>\
         <style>@import '{at}/import';body{{background:url({at}/ground)}}</style><iframe src={at}/frame></iframe>\
         <svg onload=\"document.title='owned'\"><meta http-equiv=refresh content=\"0;url={at}/refresh\">"
    )
}

/// Opens a page of the working directory in a frame, and looks into it from outside.
fn look(place: &Place, page: &str, dark: bool, columns: u32) -> Value {
    let outside = format!(
        r#"<!DOCTYPE html><meta charset="utf-8"><body><iframe src="{page}" width="{columns}" height="900"></iframe>
<pre id="told"></pre><script>
document.querySelector("iframe").onload = loaded => {{
  const inside = loaded.target.contentDocument;
  const box = element => {{ const {{width, height}} = element.getBoundingClientRect(); return {{width, height}}; }};
  const all = what => [...inside.querySelectorAll(what)];
  document.getElementById("told").textContent = JSON.stringify({{
    title: inside.title,
    heading: inside.querySelector("h1").textContent,
    foreign: all("script, img, link, iframe, main style, main meta, [onerror], [onload]").length,
    charts: all("svg.chart").map(box),
    bars: all("svg.chart .alarm-fill, svg.chart .count-fill").map(box),
    shares: all(".share rect").map(box),
    messages: all("td.message").map(cell => cell.textContent),
    ground: getComputedStyle(inside.body).backgroundColor,
    ink: getComputedStyle(inside.body).color,
    wide: inside.documentElement.scrollWidth,
  }});
}};
</script>"#
    );
    place.write("work/outside.html", &outside);
    let dom = chromium(place, "outside.html", &["--virtual-time-budget=10000", "--dump-dom"], dark);
    let dom = String::from_utf8(dom).unwrap();
    let told =
        dom.split_once("<pre id=\"told\">").and_then(|(_, rest)| rest.split_once("</pre>")).unwrap_or_default().0;
    let told = told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&told).unwrap_or_else(|e| panic!("{e}: {told}\n{dom}"))
}

fn chromium(place: &Place, page: &str, args: &[&str], dark: bool) -> Vec<u8> {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--disable-dev-shm-usage", "--allow-file-access-from-files"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(dark.then_some("--blink-settings=preferredColorScheme=0"))
        .args(args)
        .arg(format!("file://{}/work/{page}", place.path().display()))
        .current_dir(place.path().join("work"))
        .output()
        .unwrap_or_else(|e| panic!("chromium: {e}: tests/run installs it"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The store of demo with failures whose type and message are hostile, and both pages of it.
fn pages(port: u16) -> Place {
    let place = with_demo();
    for n in 0..3 {
        let event = serde_json::json!({
            "event_type": format!("{} {n}.failed", hostile(port)), "board_id": "payments", "message": hostile(port),
        });
        place.mc(["log", "--jsonl", "-", "-q"]).stdin(event.to_string()).ok();
    }
    let user = "<script>document.title='owned'</script>";
    for command in ["errors -S 2026-02-20 --by board,type", "summary -S 2026-02-20 --by type,day"] {
        let page = command.split(' ').next().unwrap();
        place.mc(command.split(' ')).args(["--html", &format!("{page}.html"), "--exclude-type", user, "-q"]).ok();
    }
    place
}

fn sizes(boxes: &Value) -> Vec<(f64, f64)> {
    let number = |value: &Value| value.as_f64().unwrap();
    boxes.as_array().unwrap().iter().map(|b| (number(&b["width"]), number(&b["height"]))).collect()
}

#[test]
fn a_page_runs_no_script_and_asks_the_network_for_nothing_whatever_the_messages_say() {
    let (port, asked) = bait();
    let place = pages(port);
    for page in ["errors.html", "summary.html"] {
        let told = look(&place, page, false, 1000);
        assert!(!told["title"].as_str().unwrap().contains("owned"), "{told}");
        assert_eq!(told["foreign"], 0, "{told}");
    }
    let told = look(&place, "errors.html", false, 1000);
    let messages = told["messages"].as_array().unwrap();
    assert!(messages.iter().any(|text| *text == hostile(port)), "the message is not shown as it is: {told}");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn without_escaping_the_same_messages_run_scripts_and_load_images() {
    let (port, asked) = bait();
    let place = Place::new();
    // A frame or a refresh would keep the browser from coming to an end.
    let (raw, _) = hostile(port).split_once("<iframe").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    place.write("work/raw.html", &format!("<h1>raw</h1><main><table><tr><td>{raw}"));
    let told = look(&place, "raw.html", false, 1000);
    assert_eq!(told["title"], "owned");
    assert!(asked.load(Ordering::SeqCst) > 3);
}

#[test]
fn charts_have_size_and_fit_a_desk_and_a_telephone_in_light_and_in_dark() {
    let place = pages(1);
    for page in ["errors.html", "summary.html"] {
        let mut grounds = Vec::new();
        for (dark, columns) in [(false, 1000), (true, 1000), (false, 380), (true, 380)] {
            let told = look(&place, page, dark, columns);
            let charts = sizes(&told["charts"]);
            assert!(!charts.is_empty() && charts.iter().all(|(w, h)| *w > 300.0 && *h > 150.0), "{page}: {charts:?}");
            let bars = sizes(&told["bars"]);
            assert!(bars.len() > 1 && bars.iter().all(|(w, h)| *w > 1.0 && *h > 0.5), "{page}: {bars:?}");
            assert!(sizes(&told["shares"]).iter().any(|(w, h)| *w > 10.0 && *h > 5.0), "{page}");
            assert!(told["wide"].as_f64().unwrap() <= f64::from(columns), "{page} on {columns}: {}", told["wide"]);
            assert_ne!(told["ground"], told["ink"]);
            grounds.push(told["ground"].as_str().unwrap().to_owned());
        }
        assert_eq!(grounds[0], "rgb(255, 255, 255)");
        assert_ne!(grounds[0], grounds[1], "dark is as light");
    }
}

#[test]
fn a_page_can_be_photographed_and_is_not_blank() {
    let place = pages(1);
    for (page, dark) in [("errors.html", false), ("errors.html", true), ("summary.html", true)] {
        chromium(&place, page, &["--window-size=1000,1600", "--screenshot=page.png"], dark);
        let size = std::fs::metadata(place.path().join("work/page.png")).unwrap().len();
        assert!(size > 40_000, "{page}: {size} bytes are an empty page");
    }
}
