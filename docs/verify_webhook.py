"""Checks a message of an ibbi webhook, by the Standard Webhooks specification. Needs only the standard library.

In your receiver:  message = verify(secret, headers, body)
As a program:      python3 verify_webhook.py SECRET < REQUEST   (an HTTP request as it arrived; exit code 0, or 4 and what is wrong)
"""
import base64, hashlib, hmac, json, sys, time

TOLERANCE = 5 * 60  # seconds between the sending and now; an older message may be one that someone has recorded and sends again


def verify(secret, headers, body, now=None):
    """Returns the message, a dict. `headers` has names in lower case, `body` is the bytes as they arrived, before any decoding.

    Raises ValueError if the message isn't from the server with which you share the secret, or was altered."""
    missing = [name for name in ("webhook-id", "webhook-timestamp", "webhook-signature") if name not in headers]
    if missing:
        raise ValueError(f"the header {missing[0]} is missing")
    sent = headers["webhook-timestamp"]
    if not sent.isdecimal() or abs((time.time() if now is None else now) - int(sent)) > TOLERANCE:
        raise ValueError("the message is too old, or the clocks differ")
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    signed = f"{headers['webhook-id']}.{sent}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # There can be several signatures, and comparing them must not take a time from which someone could learn.
    if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in headers["webhook-signature"].split(" ")):
        raise ValueError("the signature is wrong")
    message = json.loads(body)
    if message["id"] != headers["webhook-id"]:
        raise ValueError("the message has another ID than its header")
    return message


def main():
    head, _, body = sys.stdin.buffer.read().partition(b"\r\n\r\n")
    lines = (line.partition(":") for line in head.decode().split("\r\n")[1:])
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    try:
        message = verify(sys.argv[1], headers, body)
    except ValueError as error:
        print(f"wrong: {error}")
        return 4
    print(f"right: {message['type']} {message['id']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
