package dev.lathe.text.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Calls of macros and of the bodies of call blocks: parameters, and varargs, kwargs and caller where a body asks for them. */
final class MacroCall {
    private final Evaluator evaluator;
    private final Renderer renderer;

    MacroCall(Evaluator evaluator, Renderer renderer) {
        this.evaluator = evaluator;
        this.renderer = renderer;
    }

    /** {@code scope}: where it is defined, whose variables it sees. */
    Value.Function function(String name, Statement.Macro macro, Scope scope) {
        return new Value.Function(name, (runtime, arguments) -> {
            Scope inner = scope.inner();
            bind(name, macro, arguments, inner);
            return Value.of(renderer.captured(macro.body(), inner));
        });
    }

    /** A call with one more argument, the body of its block. */
    Value callWith(Expression.Call call, Value caller, Scope scope) {
        Arguments arguments = evaluator.arguments(call.passed(), scope);
        Map<String, Value> named = new LinkedHashMap<>(arguments.named());
        named.put("caller", caller);
        return evaluator.call(evaluator.evaluate(call.target(), scope), new Arguments(arguments.positional(), named));
    }

    private void bind(String macroName, Statement.Macro macro, Arguments arguments, Scope scope) {
        List<String> parameters = macro.parameters();
        List<Value> positional = arguments.positional();
        Map<String, Value> named = new LinkedHashMap<>(arguments.named());
        int firstDefault = parameters.size() - macro.defaults().size();
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i);
            Optional<Value> given =
                    i < positional.size() ? Optional.of(positional.get(i)) : Optional.ofNullable(named.remove(name));
            int place = i - firstDefault;
            scope.set(
                    name,
                    given.orElseGet(() -> place >= 0
                            ? evaluator.evaluate(macro.defaults().get(place), scope)
                            : new Value.Undefined("parameter '%s' was not provided".formatted(name))));
        }
        if (macro.uses().contains("caller") && !parameters.contains("caller")) {
            Optional<Value> caller = Optional.ofNullable(named.remove("caller"));
            scope.set("caller", caller.orElse(new Value.Undefined("No caller defined")));
        }
        if (macro.uses().contains("varargs")) {
            scope.set(
                    "varargs", new Value.Tuple(arguments.from(parameters.size()).positional()));
        } else if (positional.size() > parameters.size()) {
            throw new Failure("macro '%s' takes not more than %d argument(s)".formatted(macroName, parameters.size()));
        }
        if (macro.uses().contains("kwargs")) {
            Dict more = new Dict();
            named.forEach((name, value) -> more.put(Value.of(name), value));
            scope.set("kwargs", more);
        } else if (!named.isEmpty()) {
            throw new Failure("macro '%s' takes no keyword argument '%s'"
                    .formatted(macroName, named.keySet().iterator().next()));
        }
    }
}
