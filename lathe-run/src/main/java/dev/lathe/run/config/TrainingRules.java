package dev.lathe.run.config;

import java.util.List;

/** Rules about precision, steps, evaluation and checkpoints. */
final class TrainingRules {
    static final List<Rule> ALL = List.of(
            Rule.refuse(
                    "t",
                    "bf16 with fp16",
                    List.of("fp16", "bf16"),
                    s -> s.flag("bf16") && s.flag("fp16"),
                    "arithmetic has one number format",
                    "keep bf16"),
            Rule.refuse(
                    "t",
                    "pure_bf16 with fp16",
                    List.of("fp16", "pure_bf16"),
                    s -> s.flag("pure_bf16") && s.flag("fp16"),
                    "arithmetic has one number format",
                    "keep pure_bf16"),
            Rule.refuse(
                    "t",
                    "nothing to do",
                    List.of("do_train"),
                    s -> !s.flag("do_train") && !s.flag("do_eval") && !s.flag("do_predict"),
                    "neither training nor evaluation is asked for",
                    "set do_train: true"),
            Rule.refuse(
                    "t",
                    "evaluation without training",
                    List.of("do_eval", "do_train"),
                    s -> !s.flag("do_train") && s.flag("do_eval"),
                    "Lathe cannot evaluate without training yet",
                    "set do_train: true, or use `lathe score`"),
            Rule.refuse(
                    "t",
                    "logging every 0 steps",
                    List.of("logging_steps"),
                    s -> s.is("logging_strategy", "steps") && s.number("logging_steps") == 0,
                    "0 steps never pass",
                    "give a number, or set logging_strategy: no"),
            Rule.refuse(
                    "t",
                    "saving every 0 steps",
                    List.of("save_steps"),
                    s -> s.is("save_strategy", "steps") && s.number("save_steps") == 0,
                    "0 steps never pass",
                    "give a number, or set save_strategy: no"),
            Rule.refuse(
                    "t",
                    "evaluating every 0 steps",
                    List.of("eval_steps", "eval_strategy"),
                    s -> s.is("eval_strategy", "steps") && s.number("eval_steps") == 0,
                    "0 steps never pass",
                    "give a number of steps"),
            Rule.refuse(
                    "t",
                    "the best checkpoint without evaluation",
                    List.of("load_best_model_at_end"),
                    s -> s.flag("load_best_model_at_end") && s.is("eval_strategy", "no"),
                    "without evaluation no checkpoint is the best",
                    "set eval_strategy: steps or epoch"),
            Rule.refuse(
                    "t",
                    "the best checkpoint, saved at other times than evaluated",
                    List.of("load_best_model_at_end", "save_strategy", "eval_strategy"),
                    s -> s.flag("load_best_model_at_end")
                            && !s.is("eval_strategy", "no")
                            && !s.text("save_strategy").equals(s.text("eval_strategy")),
                    "what is evaluated must have been saved",
                    "give save_strategy and eval_strategy the same value"),
            Rule.refuse(
                    "t",
                    "the best checkpoint, saved between evaluations",
                    List.of("save_steps", "eval_steps"),
                    TrainingRules::savedBetween,
                    "load_best_model_at_end needs an evaluation at every checkpoint",
                    "make save_steps a multiple of eval_steps"),
            Rule.refuse(
                    "t",
                    "a schedule with a lowest rate, without saying which",
                    List.of("lr_scheduler_kwargs", "lr_scheduler_type"),
                    ScheduleConfig::lacksMinimum,
                    "the schedule needs its lowest rate",
                    "set lr_scheduler_kwargs: {min_lr: 1e-6}, or min_lr_rate for a share of learning_rate"));

    private TrainingRules() {}

    private static boolean savedBetween(Settings s) {
        if (!s.flag("load_best_model_at_end") || !s.is("eval_strategy", "steps") || !s.is("save_strategy", "steps")) {
            return false;
        }
        double eval = s.number("eval_steps");
        double save = s.number("save_steps");
        if (eval <= 0) {
            return false;
        }
        // Shares of all steps are compared as such: 0.1 divides 0.5, and neither divides a count.
        return eval < 1 != save < 1 || Math.abs(save / eval - Math.rint(save / eval)) > 1e-9;
    }
}
