#!/usr/bin/env python3
"""核验客档留痕证据包（离线，只需 Python 3.8 以上）/ check a Kedang evidence bundle offline with bare Python.

    python3 verify_bundle.py [FOLDER] [--checkpoints FILE]… [--key FINGERPRINT] [--json]

Shares no code with the server. The format is told byte by byte in audit-bundle.md. Exit status 0 good, 1 bad, 2 usage.
"""
# fmt: off
# mypy: ignore-errors
# ruff: noqa

import argparse, hashlib, json, multiprocessing, os, sys

PARTS = 6  # core, actor, subject, changes, reason, meta
TEXTS = ("algorithm", "at", "first_at", "ids", "key", "last_at", "log", "previous", "root")
SHAPE = {**dict.fromkeys(TEXTS, str), **dict.fromkeys(("count", "high", "number", "total", "version"), int), "open": list}
WORDS = {
    "file_altered": ("文件 {about} 与清单不符", "file {about} differs from the manifest"),
    "manifest_signature": ("清单的签名不对", "the manifest is not properly signed"),
    "key_unknown": ("公钥清单里没有您指定的密钥 {about}", "your key {about} is not among the public keys"),
    "seal_missing": ("第 {seal} 号封条不见了", "seal {seal} is missing"),
    "seal_altered": ("第 {seal} 号封条的内容被改过", "seal {seal} was altered"),
    "seal_signature": ("第 {seal} 号封条的签名不对", "the signature of seal {seal} is wrong"),
    "seal_chain": ("第 {seal} 号封条与前一号接不上", "seal {seal} does not continue the one before"),
    "seal_root": ("第 {seal} 号封条与它下面的记录对不上", "seal {seal} does not match its entries"),
    "event_missing": ("第 {seal} 号封条下，记录 {event} 不见了", "entry {event} under seal {seal} is missing"),
    "event_altered": ("第 {seal} 号封条下，记录 {event} 被改过", "entry {event} under seal {seal} was altered"),
    "event_foreign": ("记录 {event} 没有封条认它", "entry {event} is under no seal"),
    "event_twice": ("编号 {event} 被第 {seal} 号封条重复封存", "seal {seal} seals entry {event} again"),
    "checkpoint_altered": ("检查点有一行被改过（{about}）", "a line of the checkpoints was altered ({about})"),
    "checkpoint_differs": ("第 {seal} 号封条与检查点不一致", "seal {seal} differs from its checkpoint"),
    "checkpoint_ahead": ("检查点记到第 {seal} 号封条，留痕中没有", "checkpoint {seal} is of a seal that is not there"),
}

def sm3(data):
    """SM3 (GB/T 32905), for machines whose OpenSSL lacks it."""
    mask, rot = 0xFFFFFFFF, lambda x, n: (x << n % 32 | (x & 0xFFFFFFFF) >> 32 - n % 32) & 0xFFFFFFFF if n % 32 else x
    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    data += b"\x80" + b"\0" * ((55 - len(data)) % 64) + (len(data) * 8).to_bytes(8, "big")
    for at in range(0, len(data), 64):
        w = [int.from_bytes(data[at + i : at + i + 4], "big") for i in range(0, 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ rot(w[j - 3], 15)
            w.append(x ^ rot(x, 15) ^ rot(x, 23) ^ rot(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            ss1 = rot((rot(a, 12) + e + rot(0x79CC4519 if j < 16 else 0x7A879D8A, j)) & mask, 7)
            ff, gg = (a ^ b ^ c, e ^ f ^ g) if j < 16 else (a & b | a & c | b & c, e & f | ~e & mask & g)
            tt1 = (ff + d + (ss1 ^ rot(a, 12)) + (w[j] ^ w[j + 4])) & mask
            tt2 = (gg + h + ss1 + w[j]) & mask
            a, b, c, d, e, f, g, h = tt1, a, rot(b, 9), c, tt2 ^ rot(tt2, 9) ^ rot(tt2, 17), e, rot(f, 19), g
        state = [x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h))]
    return b"".join(x.to_bytes(4, "big") for x in state)

HASHES = {"sha256": lambda data: hashlib.sha256(data).digest(), "sm3": sm3}
if "sm3" in hashlib.algorithms_available: HASHES["sm3"] = lambda data: hashlib.new("sm3", data).digest()

# Ed25519 verification (RFC 8032), the one signature routine.
P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)

def point(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x * ROOT % P if (x * x - square) % P else x
    if y >= P or (x * x - square) % P or (x == 0 and sign): raise ValueError("not a point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def double(p):
    a, b, c = p[0] * p[0] % P, p[1] * p[1] % P, 2 * p[2] * p[2] % P
    e, g = (p[0] + p[1]) ** 2 - a - b, b - a
    f, h = g - c, -a - b
    return e * f % P, g * h % P, f * g % P, e * h % P
BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

def signed(public, message, signature):
    """Whether the signature (64 bytes) is of this message under the public key: S·B - h·A equals R."""
    try:
        key, s = point(public), int.from_bytes(signature[32:], "little")
        point(signature[:32])
    except ValueError:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    minus = (P - key[0], key[1], 1, P - key[3])
    table, result = ((0, 1, 1, 0), BASE, minus, add(BASE, minus)), (0, 1, 1, 0)
    for bit in range(252, -1, -1):
        result = double(result)
        choice = (s >> bit & 1) | (h >> bit & 1) << 1
        result = add(result, table[choice]) if choice else result
    inverse = pow(result[2], P - 2, P)
    x, y = result[0] * inverse % P, result[1] * inverse % P
    return len(signature) == 64 and s < Q and (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]

def is_signed(task):
    keys, name, message, signature = task  # public keys by name, the name being the fingerprint; signature in hexadecimal
    try:
        public = bytes.fromhex(keys[name])
        fits = hashlib.sha256(public).hexdigest()[:16] == name and signature == signature.lower()
        return fits and len(public) == 32 and signed(public, message, bytes.fromhex(signature))
    except (KeyError, ValueError, TypeError, AttributeError):
        return False

def spread(work, tasks, is_much, at_once):
    """The work on each task, on all processors where that is worth it."""
    if is_much:
        with multiprocessing.Pool() as pool:
            return (yield from pool.imap(work, tasks, at_once))
    yield from map(work, tasks)

def are_signed(tasks):
    return spread(is_signed, tasks, len(tasks) >= 400, 50)

ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
canonical = lambda value: ENCODE(value).encode()

def numbers(text):
    found = []
    for piece in text.split(",") if text else ():
        first, _, last = piece.partition("-")
        found += range(int(first), int(last or first) + 1)
    if any(b <= a for a, b in zip(found, found[1:])):
        raise ValueError("not ascending")
    return found

def leaf_of(line, digest):
    joined, salts, digests = b"\0", line.get("salts"), line.get("digests", {})
    for number in range(PARTS):
        values, place = line["parts"][number], str(number)
        if values is None:
            joined += bytes.fromhex(digests[place])
        elif not any(values):
            joined += bytes(32)
        else:
            salt = bytes.fromhex(salts[place]) if salts is not None else digest(bytes((3, number)) + bytes.fromhex(line["salt"]))[:16]
            joined += digest(bytes((2, number)) + salt + canonical(values))
    return digest(joined)

def root_of(leaves, digest):
    """Root of a tree as in RFC 6962, section 2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else digest(b"")
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return digest(b"\1" + root_of(leaves[:split], digest) + root_of(leaves[split:], digest))

def check_entries(head, lines):
    digest, seal = HASHES[head["algorithm"]], head["number"]
    faults, leaves, found = [], [], {}
    for line in lines:
        if line["id"] in found: faults.append(("event_twice", seal, line["id"]))
        found[line["id"]] = line
    for number in numbers(head["ids"]):
        line = found.pop(number, None)
        if line is None:
            faults.append(("event_missing", seal, number))
            continue
        leaf = bytes.fromhex(line["leaf"])
        leaves.append(leaf)
        try:
            if "withheld" not in line and (line["parts"][0][0] != number or leaf_of(line, digest) != leaf):
                faults.append(("event_altered", seal, number))
        except (KeyError, ValueError, TypeError, IndexError, AttributeError):
            faults.append(("event_altered", seal, number))
    faults += [("event_foreign", seal, number) for number in found]
    is_bad = not faults and root_of(leaves, digest).hex() != head["root"]
    return faults + [("seal_root", seal, None)] * is_bad

def check_log(keys, seals, events, checkpoints, first, last, log_last, made_at):
    """Faults of the seals from first to last, their entries (lines by seal) and the checkpoints; log_last: the last seal at made_at."""
    faults, heads, tasks, expected, before, digest = [], {}, [], first, None, "0" * 64
    for entry in seals:
        try:
            text, head = entry["head"].encode(), json.loads(entry["head"])
            is_shaped = {name: type(head[name]) for name in head} == SHAPE and head["version"] == 1
            if not is_shaped or canonical(head) != text or len(numbers(head["ids"])) != head["count"]:
                raise ValueError("not the head of a seal")
            own = HASHES[head["algorithm"]](b"\4" + text + b"\n" + entry["signature"].encode()).hex()
        except (ValueError, KeyError, TypeError, AttributeError):
            faults.append(("seal_altered", expected, None))
            expected, before = expected + 1, None
            continue
        number = head["number"]
        faults += [("seal_missing", gone, None) for gone in range(expected, min(number, expected + 100))]
        if number == expected and (number == 1 or before):
            faults += follows(head, before, digest)
        elif number < expected:
            faults.append(("seal_chain", number, None))
        tasks.append((keys, head["key"], b"kedang-seal-1\n" + text, entry["signature"]))
        faults += check_entries(head, events.pop(number, []))
        heads[number], expected, before, digest = (head, own), number + 1, head, own
    faults += [("event_foreign", 0, line["id"]) for lines in events.values() for line in lines]
    faults += [("seal_missing", number, None) for number in range(expected, min(last, expected + 100) + 1)]
    faults += [("seal_signature", number, None) for number, fine in zip(heads, are_signed(tasks)) if not fine]
    return faults + check_checkpoints(keys, heads, checkpoints, log_last, made_at)

def follows(head, before, digest):
    """Whether a seal continues the one before; the first seal of all has none before."""
    high, total, log, gaps = (before["high"], before["total"], before["log"], before["open"]) if before else (0, 0, head["log"], [])
    found = []
    if head["previous"] != digest or head["total"] != total + head["count"] or head["log"] != log or head["high"] < high:
        found.append(("seal_chain", head["number"], None))
    for number in numbers(head["ids"]):
        if number <= high and not any(gap[0] <= number <= gap[1] for gap in gaps):
            return [*found, ("event_twice", head["number"], number)]
    return found

def check_checkpoints(keys, heads, checkpoints, log_last, made_at):
    faults, tasks = [], []
    for line in checkpoints:
        body = {name: line[name] for name in line if name != "signature"}
        tasks.append((keys, line.get("key"), b"kedang-checkpoint-1\n" + canonical(body), line.get("signature")))
    for line, fine in zip(checkpoints, are_signed(tasks)):
        number = line.get("number")
        if not fine or sorted(line) != ["at", "head", "key", "log", "number", "root", "signature", "total"]:
            faults.append(("checkpoint_altered", 0, None, str(number)))
        elif number in heads:
            head, digest = heads[number]
            if [line[k] for k in ("head", "at", "log", "root", "total")] != [digest] + [head[k] for k in ("at", "log", "root", "total")]:
                faults.append(("checkpoint_differs", number, None))
        elif number > log_last and line["at"] <= made_at:
            faults.append(("checkpoint_ahead", number, None))
    return faults

def lines_of(path):
    with open(path, "rb") as file:
        yield from (json.loads(line) for line in file if line.strip())

def proved(task):
    """Lines as entries: in short where the leaf is right; whole where it is not, so that check_entries names them."""
    algorithms, lines = task[0], [json.loads(line) for line in task[1] if line.strip()]
    for at, line in enumerate(lines):
        try:
            leaf = leaf_of(line, HASHES[algorithms[line["seal"]]]) if "withheld" not in line else b""
            if leaf == bytes.fromhex(line["leaf"]) and line["parts"][0][0] == line["id"]:
                lines[at] = {"id": line["id"], "seal": line["seal"], "leaf": line["leaf"], "withheld": False}
        except (KeyError, ValueError, TypeError, IndexError, AttributeError):
            continue
    return lines

def check_bundle(folder, kept=(), fingerprint=""):
    """Faults of a bundle, and its manifest with counts."""
    here, faults = lambda name: os.path.join(folder, name), []
    raw = b"".join(open(here("manifest.json"), "rb"))
    manifest, sign = json.loads(raw), next(lines_of(here("manifest.sig")))
    keys = {entry["key"]: entry["public"] for entry in json.loads(b"".join(open(here("keys.json"), "rb")))}
    if not is_signed((keys, sign["key"], b"kedang-bundle-1\n" + raw, sign["signature"])):
        faults.append(("manifest_signature", 0, None))
    if fingerprint and fingerprint not in keys: faults.append(("key_unknown", 0, None, fingerprint))
    for name, (digest, size) in sorted(manifest["files"].items()):
        hashed = hashlib.sha256()
        with open(here(name), "rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                hashed.update(block)
        if hashed.hexdigest() != digest or os.path.getsize(here(name)) != size: faults.append(("file_altered", 0, None, name))
    if faults: return faults, manifest
    seals, events = list(lines_of(here("seals.jsonl"))), {}
    try:
        algorithms, block = {head["number"]: head["algorithm"] for head in (json.loads(seal["head"]) for seal in seals)}, 4 << 20
    except (ValueError, KeyError, TypeError):
        algorithms, block = {}, 4 << 20  # then check_log looks at every line itself
    with open(here("events.jsonl"), "rb") as file:
        tasks = ((algorithms, lines) for lines in iter(lambda: file.readlines(block), []))
        for lines in spread(proved, tasks, os.path.getsize(here("events.jsonl")) > block, 1):
            for line in lines:
                events.setdefault(line["seal"], []).append(line)
    marks = list(lines_of(here("checkpoints.jsonl"))) + [line for path in kept for line in lines_of(path)]
    return check_log(keys, seals, events, marks, *map(manifest.get, ("first_seal", "last_seal", "log_last", "made_at"))), manifest

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    for name, more in (("checkpoints", {"action": "append", "default": [], "metavar": "FILE"}),
            ("key", {"default": "", "metavar": "FINGERPRINT"}), ("json", {"action": "store_true"})):
        parser.add_argument("--" + name, **more)
    args = parser.parse_args()
    try:
        faults, told = check_bundle(args.folder, args.checkpoints, args.key)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        faults, told = [("file_altered", 0, None, "%s: %s" % (type(error).__name__, error))], {}
    named = [dict(zip(("kind", "seal", "event", "about"), (*fault, "")[:4])) for fault in faults]
    for fault in named:
        fault["words"] = " / ".join(words.format(**fault) for words in WORDS[fault["kind"]])
    if args.json:
        print(json.dumps({"ok": not faults, "faults": named[:100], "manifest": told}, ensure_ascii=False))
    else:
        print("".join("✗ %s\n" % fault["words"] for fault in named[:20]), end="")
        print("记录 entries %s，抹除 redacted %s，未附内容 withheld %s" % tuple(map(told.get, ("events", "redacted", "withheld"))))
        print("结论：%s / verdict: %s" % (("有改动或缺失，不可信", "BAD") if faults else ("完整，未被改动", "GOOD")))
    return 1 if faults else 0

if __name__ == "__main__":
    sys.exit(main())
