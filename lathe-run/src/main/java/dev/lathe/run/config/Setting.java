package dev.lathe.run.config;

/** The effective value of a key. */
record Setting(Key key, Value value, Origin origin) {
    boolean given() {
        return !(origin instanceof Origin.Default || origin instanceof Origin.Derived);
    }

    /** As a user would write it, for errors. */
    String shown() {
        return key.name() + ": " + key.shown(value);
    }
}
