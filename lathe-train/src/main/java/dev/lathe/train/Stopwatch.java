package dev.lathe.train;

/** Seconds from some fixed moment on. */
@FunctionalInterface
public interface Stopwatch {
    double seconds();
}
