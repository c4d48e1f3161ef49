"""TLS for the fake upstream: a throw-away authority, and DNS over HTTPS on a real port 0 (HTTP/2)."""

import asyncio
import datetime
import ssl
import tempfile
from ipaddress import ip_address
from pathlib import Path

import h2.config
import h2.connection
import h2.events
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fakes.upstream import FakeUpstream

DAY = datetime.timedelta(days=1)


class Authority:
    """Signs server certificates; `trust` is a client's context that believes in it alone."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self._certificate = self._sign(self._key, self._name, [], -DAY, DAY, authority=True)

    @property
    def trust(self) -> ssl.SSLContext:
        """For clients."""
        pem = self._certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def server(
        self,
        *names: str,
        begins: datetime.timedelta = -DAY,
        ends: datetime.timedelta = DAY,
        alpn: str = "dot",
    ) -> ssl.SSLContext:
        """A server's context with a certificate for host names and addresses, valid from now + `begins`."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = self._sign(key, subject, names, begins, ends, authority=False)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols([alpn])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "server.pem"
            path.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
                + certificate.public_bytes(serialization.Encoding.PEM)
            )
            context.load_cert_chain(path)
        return context

    def _sign(
        self,
        key: ec.EllipticCurvePrivateKey,
        subject: x509.Name,
        names: "tuple[str, ...] | list[str]",
        begins: datetime.timedelta,
        ends: datetime.timedelta,
        *,
        authority: bool,
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + begins)
            .not_valid_after(now + ends)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
            )
        return builder.sign(self._key, hashes.SHA256())


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class FakeDoh(FakeUpstream):
    """The fake upstream behind HTTP/2. What is not as it should be can be set."""

    def __init__(self, *lines: str, context: ssl.SSLContext) -> None:
        super().__init__(*lines, context=context)
        self.status = "200"
        self.content_type = "application/dns-message"
        self.body: bytes | None = None  # in place of the answer
        self.requests: list[dict[str, str]] = []  # header fields of each

    @property
    def url(self) -> str:
        """https:// URL."""
        return f"https://{self.host}:{self.port}/dns-query"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        http = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        )
        http.initiate_connection()
        writer.write(http.data_to_send())
        bodies: dict[int, bytearray] = {}
        while data := await reader.read(65536):
            for event in http.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    self.requests.append({str(key): str(value) for key, value in event.headers})
                    bodies[event.stream_id] = bytearray()
                elif isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id] += event.data
                    http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    query = bytes(bodies.pop(event.stream_id))
                    self._spawn(self._answer(http, writer, event.stream_id, query))
            writer.write(http.data_to_send())

    async def _answer(
        self, http: h2.connection.H2Connection, writer: asyncio.StreamWriter, stream: int, query: bytes
    ) -> None:
        asked = await self.take("https", query, writer.get_extra_info("peername"))
        body = self.zone.reply(query).pack()
        if self.misbehave_tcp is not None:
            replies = list(self.misbehave_tcp(body, asked))
            if not replies:
                return
            body = replies[0]
        if self.body is not None:
            body = self.body
        http.send_headers(stream, [(":status", self.status), ("content-type", self.content_type)])
        while body:
            part = body[: min(http.max_outbound_frame_size, http.local_flow_control_window(stream))]
            if not part:
                break  # more than the client's window: it has stopped reading anyway
            http.send_data(stream, part)
            body = body[len(part) :]
        http.end_stream(stream)
        writer.write(http.data_to_send())
