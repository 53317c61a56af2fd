"""RSA keys for phones: made quickly, and each of its own."""

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from wxemu.core.world import World


def test_keys_are_sound_and_no_two_are_alike():
    world = World()
    keys = [load_pem_private_key(pem.encode(), password=None) for pem in world.keys.take(10)]  # which tries each
    world.close()
    moduli = {key.private_numbers().public_numbers.n for key in keys if isinstance(key, RSAPrivateKey)}
    assert {modulus.bit_length() for modulus in moduli} == {2048}
    assert len(moduli) == len(keys)


def test_further_keys_follow_those_that_were_taken():
    world = World()
    taken = [pem for _ in range(3) for pem in world.keys.take(3)]
    world.close()
    assert len(set(taken)) == len(taken)
