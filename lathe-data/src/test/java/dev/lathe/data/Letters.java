package dev.lathe.data;

import dev.lathe.text.Message;
import dev.lathe.text.Turn;
import dev.lathe.text.TurnEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A tokenizer for tests: each character is a token, 1 ends a text, 0 pads. Counts the conversations it was given. */
final class Letters implements TurnEncoder {
    static final int EOS = 1;
    static final int PAD = 0;

    private final boolean efficientEos;
    private final AtomicInteger asked = new AtomicInteger();

    Letters(boolean efficientEos) {
        this.efficientEos = efficientEos;
    }

    static Encoding encoding() {
        return new Letters(false).asEncoding("letters");
    }

    Encoding asEncoding(String identity) {
        return new Encoding(
                this,
                text -> text.chars().toArray(),
                "\n",
                Optional.empty(),
                OptionalInt.of(EOS),
                OptionalInt.of(PAD),
                identity);
    }

    int asked() {
        return asked.get();
    }

    @Override
    public List<Turn> turns(List<Message> messages, String system, String tools) {
        asked.incrementAndGet();
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < messages.size(); i += 2) {
            IntStream question = ((i == 0 ? system : "") + messages.get(i).content()).chars();
            IntStream answer = messages.get(i + 1).content().chars();
            IntStream end = efficientEos ? IntStream.empty() : IntStream.of(EOS);
            turns.add(new Turn(question.toArray(), IntStream.concat(answer, end).toArray()));
        }
        return turns;
    }

    @Override
    public boolean efficientEos() {
        return efficientEos;
    }

    /** The letters of ids. */
    static String text(int[] ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(id == EOS ? '$' : id == Sample.IGNORED ? '.' : (char) id);
        }
        return text.toString();
    }
}
