//! A site of a few pages whose every letter is known, under a policy as strict as ours.

use testkit::{Asked, LittleSite, Told};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'";

const FORM: &str = r#"<!doctype html><html lang="en"><head><title>Form</title>
<link rel="stylesheet" href="/style.css"><script src="/page.js" defer></script></head><body><main><h1>Form</h1>
<p id="scripted">scripts are off</p><p><a href="/planted">A planted fault</a></p>
<form action="/answer" method="post"><input type="hidden" name="form_key" value="k&#38;1">
<p><label for="name">Name</label> <input id="name" name="name" value="old"></p>
<p><label>Day <input type="date" name="day"></label></p>
<p><label for="role">Role</label> <select id="role" name="role"><option value="1">Clerk</option>
<option value="2">Cashier</option></select></p>
<p><label><input type="checkbox" name="agreed" value="yes"> Agreed</label></p>
<p><button>Send it</button></p></form></main></body></html>"#;

const PLANTED: &str = r#"<!doctype html><html lang="en"><head><title>Planted</title>
<link rel="stylesheet" href="/style.css"></head><body><main><h1>Planted</h1><img src="/none.png" width="9" height="9">
<p class="faint">Too faint to read in the dark</p></main></body></html>"#;

const STYLE: &str = "body { background: #fff; color: #111; } .faint { color: #444; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } a { color: #9cf; } }";

const SCRIPT: &str = "document.getElementById('scripted').textContent = 'scripts are on';";

/// Serves the pages.
pub(crate) async fn start() -> LittleSite {
    LittleSite::start(answer).await
}

fn answer(asked: &Asked) -> Told {
    let mut told = match asked.path.as_str() {
        "/form" => Told::html(FORM),
        "/planted" => Told::html(PLANTED),
        "/style.css" => Told::style(STYLE),
        "/page.js" => Told::script(SCRIPT),
        "/answer" => {
            let (has_cookie, is_same) = (asked.head.contains("cookie: visit=1"), asked.head.contains("same-origin"));
            page("Answer", &format!("{} {has_cookie} {is_same}", asked.body))
        }
        "/away" => {
            let headers = ["set-cookie: visit=1; HttpOnly", "location: /form"].map(str::to_owned).to_vec();
            Told { status: "303 See Other", headers, text: String::new() }
        }
        "/back" => page("Back", "You are back"),
        _ => Told { status: "404 Not Found", ..page("Nothing", "Nothing here") },
    };
    told.headers.push(format!("content-security-policy: {POLICY}"));
    told
}

fn page(title: &str, text: &str) -> Told {
    let text = text.replace('&', "&amp;");
    let html = format!("<html lang=\"en\"><title>{title}</title><main><h1>{title}</h1><p>{text}</p></main></html>");
    Told::html(format!("<!doctype html>{html}"))
}
