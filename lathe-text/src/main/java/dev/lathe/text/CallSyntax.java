package dev.lathe.text;

import java.util.List;
import java.util.Optional;

/** How calls of tools are written, and found again in what a model said. */
sealed interface CallSyntax
        permits ActionCalls,
                GemmaCalls,
                JsonCalls,
                JsonEachCalls,
                JsonLinesCalls,
                NameLineCalls,
                PythonCalls,
                TaggedCalls {
    /** Throws {@link dev.lathe.base.UserError} for calls that cannot be said this way. */
    String write(List<ToolCall> calls);

    /** Empty when the text is an answer without calls, or they are malformed; otherwise at least one call. */
    Optional<List<ToolCall>> read(String text);
}
