//! What is sent over the network.

use ibbi_webhook::{Message, Secret, SendOutcome, Sender};
use std::io::Read as _;
use std::net::TcpListener;
use std::time::Duration;

/// A message to an `https` address isn't sent before the receiver has shown a certificate that counts.
#[test]
fn message_to_https_is_never_sent_unencrypted() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // It reads, never answers, and closes after the first bytes.
    let receiver = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = vec![0; 4096];
        let length = stream.read(&mut bytes).unwrap();
        bytes.truncate(length);
        bytes
    });
    let target = format!("https://127.0.0.1:{port}/").parse().unwrap();
    let message = Message { id: "the-id", seconds: 1, body: r#"{"text":"the-secret-text"}"# };
    let outcome = Sender::new(Duration::from_secs(30)).send(&target, &Secret::make().unwrap(), message);
    assert!(matches!(outcome, SendOutcome::Failed(_)), "{outcome:?}");
    let bytes = receiver.join().unwrap();
    // A handshake of TLS.
    assert_eq!(bytes[..2], [0x16, 0x03]);
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("the-secret-text") && !text.contains("the-id"), "{text}");
}

#[test]
fn failures_say_why_without_the_address() {
    let sender = Sender::new(Duration::from_millis(200));
    let message = Message { id: "a", seconds: 1, body: "{}" };
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/hook?key=the-key");
    let send = || sender.send(&url.parse().unwrap(), &Secret::make().unwrap(), message);
    let reason = |outcome| match outcome {
        SendOutcome::Failed(why) => why,
        other => panic!("{other:?}"),
    };
    // The system accepts the connection, and no one answers.
    assert_eq!(reason(send()), "there was no answer within 0.2 seconds");
    drop(free);
    let refused = reason(send());
    assert!(refused.contains("refused") && !refused.contains("the-key"), "{refused}");
}
