package dev.lathe.text;

import java.util.List;
import java.util.Optional;

/**
 * How a conversation is written down for a model: LLaMA-Factory's templates, each of them a value.
 *
 * @param prefix before everything, once a conversation
 * @param system around the system text, when there is one
 * @param user around what a user says, up to where the model begins to answer
 * @param assistant around the answer
 * @param observation around what a tool answers
 * @param function around a call of a tool, once written in {@code functionFormat}
 * @param toolFormat how the tools on offer are described in the system text
 * @param functionFormat how a call is written
 * @param defaultSystem system text of a conversation that has none; may be empty
 * @param stopWords tokens that end an answer beside the end-of-text token; the first becomes it with {@code replaceEos}
 * @param thoughtWords what opens and closes a thought
 * @param toolCallWords what opens and closes a tool call in data that has it written out
 * @param efficientEos answers do not end with a token of their own: the next turn's first token ends them
 * @param replaceJinjaTemplate whether this template takes the place of a chat template that the tokenizer has
 * @param enableThinking whether answers may think: yes, no, or (empty) as the data does
 * @param preserveThinking whether thoughts of earlier turns stay in a prompt
 */
public record Template(
        String name,
        Kind kind,
        List<Slot> prefix,
        List<Slot> system,
        List<Slot> user,
        List<Slot> assistant,
        List<Slot> observation,
        List<Slot> function,
        String toolFormat,
        String functionFormat,
        String defaultSystem,
        List<String> stopWords,
        Words thoughtWords,
        Words toolCallWords,
        boolean efficientEos,
        boolean replaceEos,
        boolean replaceJinjaTemplate,
        Optional<Boolean> enableThinking,
        boolean preserveThinking) {

    /** What differs between templates beside their slots. */
    public enum Kind {
        PLAIN,
        /** The system text is part of the first thing the user says. */
        LLAMA2,
        /** Answers may open with a thought. */
        REASONING,
        /** As {@link #REASONING}, but an empty thought is its closing word alone. */
        GLM47_REASONING,
        /** Where there is no system text, what describes the tools loses the line feeds that it begins with. */
        MOSS_VL
    }

    /** What opens and what closes something. */
    public record Words(String open, String close) {}

    public Template {
        prefix = List.copyOf(prefix);
        system = List.copyOf(system);
        user = List.copyOf(user);
        assistant = List.copyOf(assistant);
        observation = List.copyOf(observation);
        function = List.copyOf(function);
        stopWords = List.copyOf(stopWords);
    }

    /** Whether answers may open with a thought. */
    public boolean reasons() {
        return kind == Kind.REASONING || kind == Kind.GLM47_REASONING;
    }

    /** With another system text for conversations that have none ({@code default_system}). */
    public Template withDefaultSystem(String text) {
        return with(function, toolFormat, functionFormat, text, enableThinking, preserveThinking);
    }

    /**
     * With another way to offer and call tools ({@code tool_format}). A call then ends like a plain answer, not as the
     * template has it: the reference's way. Throws {@link dev.lathe.base.UserError} when there is no such format.
     */
    public Template withToolFormat(String name) {
        String format = ToolFormats.byName(name).name();
        Slot content = new Slot.Text("{{content}}");
        List<Slot> call = efficientEos ? List.of(content) : List.of(content, new Slot.Eos());
        return with(call, format, format, defaultSystem, enableThinking, preserveThinking);
    }

    /** With {@code enable_thinking} and {@code preserve_thinking}, which change nothing where answers never think. */
    public Template withThinking(Optional<Boolean> enable, boolean preserve) {
        return with(function, toolFormat, functionFormat, defaultSystem, enable, preserve);
    }

    private Template with(
            List<Slot> call, String tools, String calls, String system, Optional<Boolean> enable, boolean preserve) {
        return new Template(
                name,
                kind,
                prefix,
                this.system,
                user,
                assistant,
                observation,
                call,
                tools,
                calls,
                system,
                stopWords,
                thoughtWords,
                toolCallWords,
                efficientEos,
                replaceEos,
                replaceJinjaTemplate,
                enable,
                preserve);
    }
}
