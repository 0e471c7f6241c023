package dev.lathe.bench.measure;

import java.io.IOException;

/** The program of {@link BusyNeighbour}: says that it is there, then counts until nobody holds its input any more. */
final class Spinner {
    private Spinner() {}

    public static void main(String[] args) throws IOException {
        Thread spinning = new Thread(() -> {
            for (double x = 1; x > 0; x = Math.sqrt(x + 1)) {
                Thread.onSpinWait();
            }
        });
        spinning.setDaemon(true);
        spinning.start();
        new java.io.FileOutputStream(java.io.FileDescriptor.out).write('.');
        while (System.in.read() >= 0) {
            // Nothing is ever sent: the end of the input is the end of the process that wanted it.
        }
    }
}
