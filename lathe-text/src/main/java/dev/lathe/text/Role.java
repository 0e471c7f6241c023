package dev.lathe.text;

/** Who speaks. A tool's answer is an observation, a model's call of a tool a function. */
public enum Role {
    USER,
    ASSISTANT,
    OBSERVATION,
    FUNCTION,
    SYSTEM
}
