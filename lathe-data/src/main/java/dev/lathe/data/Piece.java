package dev.lathe.data;

/** So many tokens of a row that stand in a sample. */
record Piece(int row, int tokens) {}
