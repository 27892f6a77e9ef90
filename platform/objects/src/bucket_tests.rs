//! A bucket in a thread: as much of S3 as our four questions need, to see that they are asked as S3 wants them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::Objects;

type Held = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

struct Asked {
    method: String,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| 0 < *read)?;
    let mut words = line.split_whitespace();
    let (method, address) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (path, query) = address.split_once('?').unwrap_or((&address, ""));
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, path: path.to_owned(), query: query.to_owned(), headers, body })
}

fn answer(held: &Held, asked: &Asked) -> (&'static str, Vec<u8>) {
    let signed = asked.headers.get("authorization").is_some_and(|words| words.starts_with("AWS4-HMAC-SHA256 "));
    if !signed {
        return ("403 Forbidden", Vec::new());
    }
    let key = asked.path.trim_start_matches("/bucket/").to_owned();
    let mut held = held.lock().unwrap();
    match asked.method.as_str() {
        "PUT" if asked.headers.get("if-none-match").is_some_and(|any| any == "*") && held.contains_key(&key) => {
            ("412 Precondition Failed", Vec::new())
        }
        "PUT" => {
            held.insert(key, asked.body.clone());
            ("200 OK", Vec::new())
        }
        "GET" if asked.query.contains("list-type=2") => {
            let entry = |(key, bytes): (&String, &Vec<u8>)| {
                format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-07-01T00:00:00.000Z</LastModified><ETag>\"e\"</ETag>\
                     <Size>{}</Size></Contents>",
                    bytes.len()
                )
            };
            let entries: String = held.iter().map(entry).collect();
            let all = format!("<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>");
            ("200 OK", all.into_bytes())
        }
        "GET" => match held.get(&key) {
            Some(bytes) => ("200 OK", bytes.clone()),
            None => ("404 Not Found", Vec::new()),
        },
        "POST" if asked.query.starts_with("delete") => {
            let text = String::from_utf8_lossy(&asked.body).into_owned();
            let keys = text.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
            let gone: String = keys
                .map(|key| {
                    held.remove(key);
                    format!("<Deleted><Key>{key}</Key></Deleted>")
                })
                .collect();
            ("200 OK", format!("<DeleteResult>{gone}</DeleteResult>").into_bytes())
        }
        "DELETE" => {
            held.remove(&key);
            ("204 No Content", Vec::new())
        }
        _ => ("400 Bad Request", Vec::new()),
    }
}

fn serve(held: &Held, stream: &TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream.try_clone().ok()?;
    while let Some(asked) = read(&mut reader) {
        let (status, body) = answer(held, &asked);
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nETag: \"e\"\r\nLast-Modified: Wed, 01 Jul 2026 00:00:00 GMT\r\n\r\n"
        );
        writer.write_all(&[head.as_bytes(), &body].concat()).ok()?;
    }
    Some(())
}

/// The address of a bucket that lasts as long as the test, and what it holds.
fn bucket() -> (String, Held) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let held = Held::default();
    let ours = held.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let held = ours.clone();
            std::thread::spawn(move || serve(&held, &stream));
        }
    });
    (address, held)
}

fn settings(address: &str, allow_http: &str) -> Vec<(String, String)> {
    let all = [
        ("AWS_REGION", "us-west-2"),
        ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "a secret of an example"),
        ("AWS_ENDPOINT", address),
        ("AWS_ALLOW_HTTP", allow_http),
        ("AWS_OF_ANOTHER_PROGRAM", "not ours"),
    ];
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

#[tokio::test]
async fn a_bucket_is_asked_as_s3_wants_it() {
    let (address, held) = bucket();
    let objects = Objects::open("s3://bucket/town", &settings(&address, "true")).unwrap();
    assert_eq!(objects.get("ab/1").await.unwrap(), None);
    objects.put("ab/1", b"one".to_vec()).await.unwrap();
    assert!(objects.put("ab/1", b"another".to_vec()).await.is_err(), "a file was replaced");
    assert_eq!(objects.get("ab/1").await.unwrap(), Some(b"one".to_vec()));
    assert_eq!(held.lock().unwrap().keys().collect::<Vec<_>>(), ["town/ab/1"]);
    let listed = objects.listing().next(10).await.unwrap();
    assert_eq!((listed.len(), listed[0].key.as_str(), listed[0].size), (1, "ab/1", 3));
    objects.remove("ab/1").await.unwrap();
    assert!(held.lock().unwrap().is_empty());
}

#[tokio::test]
async fn plain_http_is_spoken_only_when_that_was_said_and_errors_tell_no_secret() {
    let (address, held) = bucket();
    let objects = Objects::open("s3://bucket", &settings(&address, "false")).unwrap();
    let fault = objects.put("ab/1", b"one".to_vec()).await.unwrap_err();
    assert!(held.lock().unwrap().is_empty());
    let said = format!("{fault} {fault:?} {objects:?}");
    assert!(!said.contains("a secret of an example") && !said.contains("Signature="), "{said}");
}
