"""The site's RSA key, with which clients encrypt what they sign in with [publickey]: the same in every sandbox.

The key guards nothing: it is here for everybody to read, as the accounts are. What needs it is imported when somebody
sends something encrypted, not before.
"""

from __future__ import annotations

import binascii
from functools import cache
from typing import Any

EXPONENT = 65537
_P = int(
    "f1769f3b1964aa594a7710d53622f2762cb24c90efecdb9c9e9ee0287fabdd76"
    "3ae6b69c71eb7ebf4e7956c15cff17430b8e03d299e3912c185d59df76cd2c6d",
    16,
)
_Q = int(
    "e9c9da1ef6097707356d35076cbd74075dc4440cce2bd72ef21831909e73c3ce"
    "785af85d1928894faa56c83f918035c85727122f8bd59247f1ce54b6da5b25bf",
    16,
)
MODULUS = _P * _Q


class BadCipher(Exception):
    """A value that is said to be encrypted and is not, or not with this key."""


def public_key() -> dict[str, str]:
    """Return the resource: exponent and modulus in hexadecimal digits."""
    return {"publicKey": f"{EXPONENT:x}", "modulus": f"{MODULUS:x}"}


def decrypt(value: str) -> str:
    """Return the text of a value: hexadecimal digits, RSA with PKCS#1 v1.5 padding, UTF-8.

    Raises:
        BadCipher: it is none of that.
    """
    try:
        plain: bytes = _private_key().decrypt(binascii.unhexlify(value.strip()), _padding())
        return plain.decode()
    # A wrong padding comes as random bytes rather than as an error, where the library is built so.
    except ValueError:
        raise BadCipher from None


@cache
def _private_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric.rsa import (
        RSAPrivateNumbers,
        RSAPublicNumbers,
        rsa_crt_dmp1,
        rsa_crt_dmq1,
        rsa_crt_iqmp,
    )

    private = pow(EXPONENT, -1, (_P - 1) * (_Q - 1))
    return RSAPrivateNumbers(
        p=_P,
        q=_Q,
        d=private,
        dmp1=rsa_crt_dmp1(private, _P),
        dmq1=rsa_crt_dmq1(private, _Q),
        iqmp=rsa_crt_iqmp(_P, _Q),
        public_numbers=RSAPublicNumbers(EXPONENT, MODULUS),
    ).private_key()


def _padding() -> Any:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    return PKCS1v15()
