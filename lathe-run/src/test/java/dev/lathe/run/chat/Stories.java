package dev.lathe.run.chat;

import dev.lathe.base.Reference;
import dev.lathe.model.Decoder;
import dev.lathe.model.FrozenModules;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Sampling;
import dev.lathe.model.Weights;
import dev.lathe.tensor.DType;
import dev.lathe.text.ChatEncoder;
import dev.lathe.text.Templates;
import dev.lathe.text.Tokenizer;
import java.time.InstantSource;
import java.time.LocalDate;

/** stories260K as somebody to talk to. It answers every question with a story. */
record Stories(Decoder decoder, ChatEncoder encoder) {
    static Stories load(String template) {
        LoadedModel model = LoadedModel.open("stories260K", Reference.file("models/stories260K/hf"));
        Decoder decoder =
                Decoder.build(model.spec(), new FrozenModules(new Weights(model.weights(), "stories260K", DType.F32)));
        Tokenizer tokenizer = ChatEncoder.fix(Templates.byName(template), model.tokenizer());
        return new Stories(decoder, new ChatEncoder(Templates.byName(template), tokenizer, LocalDate.EPOCH));
    }

    ChatSession session(String system, int maxNewTokens, int contextLength) {
        return new ChatSession(decoder, encoder, settings(system, maxNewTokens, contextLength), InstantSource.system());
    }

    static ChatSettings settings(String system, int maxNewTokens, int contextLength) {
        return new ChatSettings(system, Sampling.GREEDY, maxNewTokens, contextLength, true);
    }
}
