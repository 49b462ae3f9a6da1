"""A small OpenID provider: real HTTP, real signed tokens, and people who sign in by a click."""

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "groundswell"
CLIENT_SECRET = "the client's secret"


class OidcProvider:
    """Runs in a thread while the `with` block does. people: claims by e-mail address."""

    def __init__(self, people: Mapping[str, Mapping[str, Any]]) -> None:
        self.people = people
        self.key = RSAKey.generate_key(2048, parameters={"kid": "test", "use": "sig"})
        self.codes: dict[str, dict[str, str]] = {}
        self.faults: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                provider.get(self)

            def do_POST(self):
                provider.post(self)

            def log_message(self, *_):
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @property
    def metadata_url(self) -> str:
        """Where it describes itself."""
        return f"{self.url}/.well-known/openid-configuration"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def get(self, request: BaseHTTPRequestHandler) -> None:
        """Its description, its keys, the choice of people, and the way out."""
        address = urlsplit(request.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path == "/.well-known/openid-configuration":
            self.answer(request, self.description())
        elif address.path == "/keys":
            self.answer(request, {"keys": [self.key.as_dict(private=False)]})
        elif address.path == "/authorize":
            self.choice(request, asked)
        elif address.path == "/chosen":
            code = secrets.token_urlsafe()
            self.codes[code] = asked
            query = urlencode({"code": code, "state": asked["state"]})
            self.redirect(request, f"{asked['redirect_uri']}?{query}")
        elif address.path == "/logout":
            self.redirect(request, asked["post_logout_redirect_uri"])
        elif address.path == "/favicon.ico":
            self.send(request, b"", "image/x-icon")
        else:
            request.send_error(404)

    def post(self, request: BaseHTTPRequestHandler) -> None:
        """A token for a code."""
        length = int(request.headers["content-length"])
        form = {
            key: values[0] for key, values in parse_qs(request.rfile.read(length).decode()).items()
        }
        client = (form.get("client_id"), form.get("client_secret"))
        header = request.headers.get("authorization", "")
        if header.startswith("Basic "):
            name, _, password = base64.b64decode(header[6:]).decode().partition(":")
            client = (name, password)
        asked = self.codes.pop(form.get("code", ""), None)
        wrong = {
            "client": client != (CLIENT_ID, CLIENT_SECRET),
            "code": asked is None,
            "redirect": asked is not None and asked["redirect_uri"] != form.get("redirect_uri"),
            "verifier": asked is not None and not self.proved(asked, form),
        }
        if asked is None or any(wrong.values()):
            self.faults += [name for name, is_wrong in wrong.items() if is_wrong]
            self.answer(request, {"error": "invalid_grant"}, status=400)
            return
        token = jwt.encode({"alg": "RS256", "kid": "test"}, self.claims(asked), self.key)
        self.answer(
            request,
            {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "id_token": token},
        )

    def claims(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """What it says of the person who signed in."""
        now = int(time.time())
        email = asked["email"]
        return {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": hashlib.sha256(email.encode()).hexdigest(),
            "iat": now,
            "exp": now + 600,
            "nonce": asked.get("nonce", ""),
            "email": email,
            "email_verified": True,
            **self.people[email],
        }

    def choice(self, request: BaseHTTPRequestHandler, asked: Mapping[str, str]) -> None:
        """A page with a link for each person."""
        links = "".join(
            f'<p><a href="/chosen?{html.escape(urlencode({**asked, "email": email}))}">'
            f"{html.escape(email)}</a></p>"
            for email in self.people
        )
        self.send(
            request, f"<!doctype html><title>Who are you?</title>{links}".encode(), "text/html"
        )

    def description(self) -> dict[str, Any]:
        """The metadata."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "end_session_endpoint": f"{self.url}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def proved(self, asked: Mapping[str, str], form: Mapping[str, str]) -> bool:
        """Whether whoever brings the code is who asked for it (PKCE), where that was begun."""
        if "code_challenge" not in asked:
            return True
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]

    def answer(
        self, request: BaseHTTPRequestHandler, content: object, *, status: int = 200
    ) -> None:
        """JSON."""
        self.send(request, json.dumps(content).encode(), "application/json", status=status)

    def send(
        self, request: BaseHTTPRequestHandler, body: bytes, kind: str, *, status: int = 200
    ) -> None:
        """Bytes."""
        request.send_response(status)
        request.send_header("content-type", kind)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def redirect(self, request: BaseHTTPRequestHandler, target: str) -> None:
        """Another address."""
        request.send_response(302)
        request.send_header("location", target)
        request.send_header("content-length", "0")
        request.end_headers()
