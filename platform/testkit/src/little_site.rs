//! `LittleSite`: the smallest of servers, for tests of what looks at sites.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// More than any request of a test; what is longer is cut off.
const LONGEST: usize = 1 << 20;

/// What a site answers.
type Answer = Arc<dyn Fn(&Asked) -> Told + Send + Sync>;

/// A site whose answers a function gives; gone when dropped.
#[derive(Debug)]
pub struct LittleSite {
    /// The address, without a slash at its end.
    pub address: String,
    task: JoinHandle<()>,
}

/// What a visitor asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The path, without what follows a question mark.
    pub path: String,
    /// Request line and headers, as sent.
    pub head: String,
    /// What was sent along.
    pub body: String,
}

/// What a visitor is told.
#[derive(Clone, Debug)]
pub struct Told {
    /// Status and reason, such as `200 OK`.
    pub status: &'static str,
    /// Headers, each as a line, beside length and connection.
    pub headers: Vec<String>,
    /// The body.
    pub text: String,
}

impl Told {
    /// A page.
    #[must_use]
    pub fn html(text: impl Into<String>) -> Told {
        Told { status: "200 OK", headers: vec!["content-type: text/html; charset=utf-8".to_owned()], text: text.into() }
    }

    /// A style sheet.
    #[must_use]
    pub fn style(text: impl Into<String>) -> Told {
        Told { status: "200 OK", headers: vec!["content-type: text/css".to_owned()], text: text.into() }
    }

    /// A script.
    #[must_use]
    pub fn script(text: impl Into<String>) -> Told {
        Told { status: "200 OK", headers: vec!["content-type: text/javascript".to_owned()], text: text.into() }
    }
}

impl Asked {
    /// A header, by its name in small letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

impl LittleSite {
    /// Serves what the function answers, on a free port.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(answer: impl Fn(&Asked) -> Told + Send + Sync + 'static) -> LittleSite {
        let answer: Answer = Arc::new(answer);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = format!("http://{}", listener.local_addr().expect("it has an address"));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answer.clone()));
            }
        });
        LittleSite { address, task }
    }

    /// The address of a page, by its path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

impl Drop for LittleSite {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, answer: Answer) {
    let Some(asked) = read(&mut stream).await else { return };
    let Told { status, headers, text } = answer(&asked);
    let length = format!("content-length: {}", text.len());
    let mut lines = vec![format!("HTTP/1.1 {status}"), length, "connection: close".to_owned()];
    lines.extend(headers);
    let _reader_is_gone = stream.write_all(format!("{}\r\n\r\n{text}", lines.join("\r\n")).as_bytes()).await;
}

/// The head, and the body as long as the head says it is; `None` when the visitor says nothing whole.
async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let (mut bytes, mut portion) = (Vec::new(), [0; 4096]);
    while bytes.len() < LONGEST {
        let count = stream.read(&mut portion).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&portion[..count]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let body = &bytes[end + 4..];
        if length(&head) <= body.len() {
            let target = head.split(' ').nth(1)?;
            let path = target.split_once('?').map_or(target, |(path, _)| path).to_owned();
            return Some(Asked { path, body: String::from_utf8_lossy(body).into_owned(), head });
        }
    }
    None
}

fn length(head: &str) -> usize {
    let mut lengths = head.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-length") { value.trim().parse().ok() } else { None }
    });
    lengths.next_back().unwrap_or(0)
}
