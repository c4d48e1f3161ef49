import pyotp
from hypothesis import given
from hypothesis import strategies as st

from api.auth import codes

# RFC 6238, appendix B (SHA-1), the last six digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
}


def test_the_codes_are_those_of_the_standard() -> None:
    for now, code in VECTORS.items():
        assert codes.step_of(SECRET, code, now) == now // 30


def test_a_phones_clock_may_be_off_by_one_step() -> None:
    code = pyotp.TOTP(SECRET).at(90)
    assert [codes.step_of(SECRET, code, now) for now in (59, 60, 90, 149, 150)] == [None, 3, 3, 3, None]
    assert codes.step_of(SECRET, f"{code[:3]} {code[3:]}", 90) == 3


@given(st.text(max_size=12))
def test_what_is_no_code_is_none(text: str) -> None:
    assert codes.step_of(SECRET, text, 59) in ({1, 2, 0} if text.replace(" ", "").isdigit() else {None}) | {
        None
    }
    assert isinstance(codes.recovery_form(text), str)


def test_digits_of_other_scripts_are_no_code() -> None:
    assert codes.step_of(SECRET, "٢٨٧٠٨٢", 59) is None


def test_recovery_codes_are_ten_different_ones_and_forgive_how_they_are_typed() -> None:
    made = codes.new_recovery()
    assert len(set(made)) == 10
    for code in made:
        assert len(code) == 19
        assert codes.recovery_form(code) == code
        assert codes.recovery_form(f" {code.upper().replace('-', ' ')} ") == code
    for wrong in ("", "abcd", "a" * 17, "é" * 16, "abcd-efgh-ijkl-mno!"):
        assert codes.recovery_form(wrong) == ""


def test_what_the_app_reads() -> None:
    uri = codes.uri(SECRET, "admin", "192.0.2.1")
    assert uri == f"otpauth://totp/Hushgate:admin%40192.0.2.1?secret={SECRET}&issuer=Hushgate"
    assert len(codes.new_secret()) >= 32
