package dev.lathe.text.jinja;

/** What is wrong with a template, without the place: whoever runs the statement adds the line. */
final class Failure extends RuntimeException {
    Failure(String message) {
        super(message);
    }
}
