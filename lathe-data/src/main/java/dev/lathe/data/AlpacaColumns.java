package dev.lathe.data;

import java.util.Optional;

/** Which columns of a file in alpaca format hold what; empty where the data set has no such column. */
record AlpacaColumns(
        Optional<String> prompt,
        Optional<String> query,
        Optional<String> response,
        Optional<String> history,
        Optional<String> system,
        Optional<String> tools,
        AnswerColumns answers) {}
