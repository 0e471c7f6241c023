package dev.lathe.run.config;

import java.util.List;

/** Rules about data sets, mixing, holding back and packing. */
final class DataRules {
    static final List<Rule> ALL = List.of(
            Rule.refuse(
                    "t",
                    "training without a data set",
                    List.of("dataset"),
                    s -> s.flag("do_train") && !s.on("dataset"),
                    "there is nothing to learn from",
                    "name a data set of dataset_info.json"),
            Rule.refuse(
                    "t",
                    "val_size without dataset",
                    List.of("val_size"),
                    s -> s.on("val_size") && !s.on("dataset"),
                    "there are no rows to hold back",
                    "name a data set, or evaluate with eval_dataset"),
            Rule.refuse(
                    "t",
                    "val_size with eval_dataset",
                    List.of("val_size", "eval_dataset"),
                    s -> s.on("val_size") && s.on("eval_dataset"),
                    "evaluation rows come from one place",
                    "delete val_size or eval_dataset"),
            Rule.refuse(
                    "t",
                    "val_size 1.0, or a broken number above 1",
                    List.of("val_size"),
                    s -> s.get("val_size").value() instanceof Value.Decimal(double size)
                            && (size == 1 || size > 1 && size != Math.rint(size)),
                    "neither a share of the rows nor a count",
                    "a share is below 1 (0.1), a count is whole (1, 200)"),
            Rule.refuse(
                    "t",
                    "evaluating without rows to evaluate on",
                    List.of("eval_strategy", "do_eval", "do_predict", "predict_with_generate"),
                    s -> (s.flag("do_eval")
                                    || !s.is("eval_strategy", "no")
                                    || s.flag("do_predict")
                                    || s.flag("predict_with_generate"))
                            && !s.on("eval_dataset")
                            && s.number("val_size") < 1e-6,
                    "there are no rows to evaluate on",
                    "set eval_dataset, or val_size: 0.1 to hold back a tenth"),
            Rule.refuse(
                    "t",
                    "interleave_probs with mix_strategy: concat",
                    List.of("interleave_probs"),
                    s -> s.on("interleave_probs") && s.is("mix_strategy", "concat"),
                    "joined data sets have no shares",
                    "set mix_strategy: interleave_under or interleave_over"),
            Rule.refuse(
                    "t",
                    "interleave_probs of another length than dataset",
                    List.of("interleave_probs", "dataset"),
                    s -> s.on("interleave_probs")
                            && s.names("interleave_probs").size()
                                    != s.names("dataset").size(),
                    "each data set needs one share",
                    "give as many numbers as data sets"),
            Rule.refuse(
                    "t",
                    "interleave_probs of another length than eval_dataset",
                    List.of("interleave_probs", "eval_dataset"),
                    s -> s.on("interleave_probs")
                            && s.on("eval_dataset")
                            && s.names("interleave_probs").size()
                                    != s.names("eval_dataset").size(),
                    "they mix the evaluation data too, as in the reference, so each of its data sets needs one share",
                    "give as many numbers as data sets, or hold rows back with val_size"),
            Rule.refuse(
                    "t",
                    "interleave_probs that do not add up to 1",
                    List.of("interleave_probs"),
                    s -> s.on("interleave_probs") && !(Math.abs(sum(s.names("interleave_probs")) - 1) < 1e-8),
                    "the shares must be numbers that add up to 1",
                    "correct them"),
            Rule.refuse(
                    "t",
                    "streaming with a share as val_size",
                    List.of("val_size", "streaming"),
                    s -> s.flag("streaming") && s.number("val_size") > 0 && s.number("val_size") < 1,
                    "the number of rows of a stream is not known",
                    "give val_size as a count"),
            Rule.refuse(
                    "t",
                    "streaming with max_samples",
                    List.of("max_samples", "streaming"),
                    s -> s.flag("streaming") && s.on("max_samples"),
                    "a stream is not counted",
                    "limit it with max_steps"),
            Rule.refuse(
                    "t",
                    "streaming without max_steps",
                    List.of("streaming"),
                    s -> s.flag("streaming") && s.whole("max_steps") <= 0,
                    "the length of a stream is not known",
                    "set max_steps"),
            Rule.refuse(
                    "t",
                    "mask_history with train_on_prompt",
                    List.of("mask_history", "train_on_prompt"),
                    s -> s.flag("mask_history") && s.flag("train_on_prompt"),
                    "one learns the last answer only, the other the questions too",
                    "delete one of them"),
            Rule.refuse(
                    "t",
                    "train_on_prompt outside stage sft",
                    List.of("train_on_prompt"),
                    s -> s.flag("train_on_prompt") && !s.is("stage", "sft"),
                    "only stage sft tells questions from answers",
                    "delete the line, or set stage: sft"),
            Rule.refuse(
                    "t",
                    "mask_history outside stage sft",
                    List.of("mask_history"),
                    s -> s.flag("mask_history") && !s.is("stage", "sft"),
                    "only stage sft tells questions from answers",
                    "delete the line, or set stage: sft"),
            Rule.refuse(
                    "t",
                    "neat_packing outside stage sft",
                    List.of("neat_packing"),
                    s -> s.flag("neat_packing") && !s.is("stage", "sft"),
                    "only stage sft keeps packed texts apart",
                    "use packing: true, or set stage: sft"),
            Rule.refuse(
                    "t",
                    "streaming with tokenized_path",
                    List.of("streaming", "tokenized_path"),
                    s -> s.flag("streaming") && s.on("tokenized_path"),
                    "what is kept as tokens is not streamed",
                    "delete one of them"));

    private DataRules() {}

    private static double sum(List<String> shares) {
        double sum = 0;
        for (String share : shares) {
            switch (YamlScalars.read(share)) {
                case Value.Whole(long number) -> sum += number;
                case Value.Decimal(double number) -> sum += number;
                default -> {
                    return Double.NaN;
                }
            }
        }
        return sum;
    }
}
