package dev.lathe.text;

/** A piece of a template. Every text slot is tokenised on its own, so that where one ends changes the ids. */
public sealed interface Slot {
    /** Text in which {@code {{content}}} and {@code {{idx}}} are filled in, each once. */
    record Text(String text) implements Slot {}

    /** One token by its name, whether or not the tokenizer would find it in a text. */
    record Token(String token) implements Slot {}

    /** The begin-of-text token; nothing where a tokenizer has none. */
    record Bos() implements Slot {}

    /** The end-of-text token. */
    record Eos() implements Slot {}
}
