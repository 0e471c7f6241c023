package dev.lathe.run.config;

/** A value with its origin, and the characters it was written with ({@code no}, not {@code false}). */
record Located(Value value, Origin origin, String written) {
    Located with(Value other) {
        return new Located(other, origin, other.shown());
    }

    Located at(Origin other) {
        return new Located(value, other, written);
    }
}
