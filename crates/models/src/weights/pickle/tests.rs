//! Pickles written by hand: the instructions that are known, and all the others.

use super::*;

/// The instructions of `text`, in which `\n` ends a line of a name, between a version and the end.
fn pickle(instructions: &[u8]) -> Vec<u8> {
    [b"\x80\x02", instructions, b"."].concat()
}

/// `BINUNICODE` of a short text.
fn text(text: &str) -> Vec<u8> {
    [b"X".as_slice(), &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
}

/// A storage of three numbers in the file `0`.
fn storage() -> Vec<u8> {
    [
        b"(".to_vec(),
        text("storage"),
        b"ctorch\nFloatStorage\n".to_vec(),
        text("0"),
        text("cpu"),
        b"K\x03tQ".to_vec(),
    ]
    .concat()
}

/// A tensor of these storage, offset, shape and strides instructions.
fn tensor(rest: &[u8]) -> Vec<u8> {
    [b"ctorch._utils\n_rebuild_tensor_v2\n(".to_vec(), storage(), rest.to_vec(), b"tR".to_vec()].concat()
}

const PLAIN: &[u8] = b"K\x00K\x03\x85K\x01\x85\x89}";

fn dict(items: &[u8]) -> Vec<u8> {
    pickle(&[b"}(", items, b"u"].concat())
}

#[test]
fn a_dictionary_of_tensors_is_read() {
    let pickle = dict(&[text("a"), tensor(PLAIN)].concat());
    let expected = TensorEntry {
        storage: "0",
        dtype: Some(DType::F32),
        n_bytes_each: 4,
        offset: 0,
        shape: vec![3],
        strides: vec![1],
    };
    assert_eq!(read(&pickle).unwrap(), [("a", expected)]);
}

#[test]
fn everything_else_is_refused_with_a_reason() {
    let check = |instructions: &[u8], word: &str| {
        let error = read(&pickle(instructions)).unwrap_err();
        assert!(error.contains(word), "{error:?} does not mention {word:?}");
    };
    check(b"cos\nsystem\nX\x02\0\0\0ls\x85R", "\"os.system\"");
    check(b"cbuiltins\neval\n)R", "\"builtins.eval\"");
    // INST, OBJ, NEWOBJ, STACK_GLOBAL, EXT1: other ways to call.
    check(b"(ios\nsystem\n", "more than tensors");
    check(b"(o", "more than tensors");
    check(b"ccollections\nOrderedDict\n)\x81", "more than tensors");
    check(b"\x93", "more than tensors");
    check(b"\x82\x01", "more than tensors");
    check(b"}(X\x01\0\0\0aK\x01u", "\"a\" is none");
    check(b"K\x01", "something else");
    check(b"}(K\x01K\x01u", "something else");
    // Known names that are called otherwise than torch does.
    check(b"ctorch\nFloatStorage\n)R", "damaged");
    check(b"ccollections\nOrderedDict\nK\x01\x85R", "damaged");
    check(b"ctorch._utils\n_rebuild_tensor_v2\n)R", "damaged");
    check(b"ctorch._utils\n_rebuild_parameter\n}\x89}\x87R", "damaged");
}

#[test]
fn damage_is_an_error() {
    let check = |instructions: &[u8]| assert!(read(&pickle(instructions)).is_err(), "{instructions:?}");
    // Nothing on the stack, no mark, nothing remembered, an odd number of items.
    for code in [&b""[..], b"t", b"u", b"s", b"Q", b"R", b"b", b"\x87", b"h\x05", b"q\x00", b"}(K\x01u"] {
        check(code);
    }
    // Lengths beyond the end: nothing is allocated for them.
    check(b"X\xff\xff\xff\xffabc");
    check(b"\x8a\xff");
    check(b"cnewline");
    // Texts that are none.
    check(b"X\x01\0\0\0\xff");
    for rest in [
        &b"J\xff\xff\xff\xffK\x03\x85K\x01\x85\x89}"[..],
        b"K\x00J\xff\xff\xff\xff\x85K\x01\x85\x89}",
        b"K\x00K\x03\x85)\x89}",
        b"K\x00(KKKKKKKKKKKKKKKKKKtK\x01\x85\x89}",
    ] {
        check(&dict(&[text("a"), tensor(rest)].concat()));
    }
    for end in 0..pickle(b"}").len() {
        assert!(read(&pickle(b"}")[..end]).is_err());
    }
}

/// What takes other readers all memory: a value that is used again and again, deep nesting.
#[test]
fn repetition_and_nesting_cost_no_more_than_their_length() {
    let mut nested = vec![b')'];
    nested.resize(1 << 20, 0x85);
    let doubled: Vec<u8> = [&b")"[..], &b"q\x00h\x00\x86".repeat(1 << 18)].concat();
    let containing_itself = b"}q\x00X\x01\0\0\0ah\x00s";
    let long_name = "n".repeat(1 << 20);
    let named_again =
        [b"}(".to_vec(), text(&long_name), b"q\x00N".to_vec(), b"h\x00N".repeat(1 << 18), b"u".to_vec()]
            .concat();
    for instructions in [&nested[..], &doubled, containing_itself, &named_again] {
        assert!(read(&pickle(instructions)).is_err());
    }
}
