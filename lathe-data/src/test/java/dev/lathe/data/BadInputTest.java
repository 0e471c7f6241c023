package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What users get wrong, and what they are told. */
class BadInputTest {
    private static final String GOOD = "{\"instruction\": \"q\", \"input\": \"\", \"output\": \"a\"}";

    private final Path folder;

    BadInputTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private DataFolder data() {
        return new DataFolder(folder);
    }

    private static AbstractThrowableAssert<?, ?> refused(ThrowingCallable call) {
        return assertThatThrownBy(call).isInstanceOf(UserError.class);
    }

    @Test
    void aDataSetThatIsNotThereNamesTheNearest() {
        data().with("rows.json", "[" + GOOD + "]");
        refused(() -> DataFolder.load(DataSettings.of(DataSettings.Stage.SFT, folder, List.of("rosw"))))
                .hasMessage("dataset: rosw is not in %s; the nearest names there: rows"
                        .formatted(folder.resolve("dataset_info.json")));
    }

    @Test
    void aFolderWithoutDescriptionSaysWhatItNeeds() {
        refused(() -> data().load())
                .hasMessageContaining("dataset_info.json does not exist")
                .hasMessageContaining("`dataset_dir`");
    }

    @Test
    void aFileThatIsNotThereIsNamed() throws IOException {
        data().with("rows.json", "[]");
        Files.delete(folder.resolve("rows.json"));
        refused(() -> data().load()).hasMessageContaining("rows.json does not exist: mend `file_name`");
    }

    @Test
    void malformedJsonNamesFileAndLine() {
        data().with("rows.json", "[\n" + GOOD + ",\n{\"instruction\": \"q\" \"output\": \"a\"}\n]");
        refused(() -> data().load()).hasMessageStartingWith(folder.resolve("rows.json") + " line 3 column ");
        data().with("rows.jsonl", GOOD + "\n\n" + GOOD + "\n{\"instruction\": \"q\"\n" + GOOD);
        refused(() -> data().load()).hasMessageStartingWith(folder.resolve("rows.jsonl") + " line 4 column ");
        data().with("rows.json", "[\n" + GOOD + ",\n" + GOOD);
        refused(() -> data().load()).hasMessageStartingWith(folder.resolve("rows.json") + " line 3 column ");
        data().with("rows.jsonl", GOOD + "\n" + GOOD + GOOD);
        refused(() -> data().load()).hasMessageContaining("line 2: one row a line");
        data().with("rows.json", "[" + GOOD + "]\n" + GOOD);
        refused(() -> data().load()).hasMessageContaining("line 2: something follows");
    }

    @Test
    void aRowMustBeAnObject() {
        data().with("rows.json", "[\n" + GOOD + ",\n7]");
        refused(() -> data().load()).hasMessageContaining("line 3: a row must be an object");
        data().with("rows.jsonl", "{\n\"instruction\": \"q\"}");
        refused(() -> data().load()).hasMessageContaining("rows.jsonl line 1");
        data().with("rows.jsonl", "\"text\"");
        refused(() -> data().load()).hasMessageContaining("line 1: a row must be an object");
    }

    @Test
    void otherEncodingsThanUtf8AreNamed() throws IOException {
        data().with("rows.jsonl", "");
        Files.write(
                folder.resolve("rows.jsonl"),
                (GOOD + "\n" + GOOD.replace("q", "é")).getBytes(StandardCharsets.ISO_8859_1));
        refused(() -> data().load()).hasMessageContaining("rows.jsonl: not UTF-8");
    }

    @Test
    void aMissingColumnNamesTheOnesThereAre() {
        data().with("rows.json", "[{\"question\": \"q\", \"output\": \"a\"}]");
        refused(() -> data().load())
                .hasMessageContaining("has no column `instruction`; its columns are [output, question]")
                .hasMessageContaining("`columns` of `rows`");
        data().with("rows.json", "[{\"messages\": []}]", ", \"formatting\": \"sharegpt\"");
        refused(() -> data().load()).hasMessageContaining("has no column `conversations`");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "alpaca|{\"instruction\": [\"q\"], \"output\": \"a\"}|`instruction` must be a text, but is a list",
                "alpaca|{\"instruction\": \"q\", \"output\": {\"a\": 1}}|`output` must be a text, but is an object",
                "sharegpt|{\"conversations\": \"hello\"}|`conversations` must be a list, but is a text",
                "sharegpt|{\"conversations\": [\"hello\"]}|`a message of conversations` must be an object, but is a text",
                "sharegpt|{\"conversations\": [{\"role\": \"human\", \"value\": \"q\"}]}|has no `from`; it has role, value",
                "sharegpt|{\"conversations\": [{\"from\": \"human\", \"value\": [{\"type\": \"text\"}]}]}|`value` must be a text",
            })
    void aValueOfTheWrongTypeNamesItsPlace(String format, String row, String message) {
        data().with("rows.json", "[\n" + row + "]", ", \"formatting\": \"%s\"".formatted(format));
        refused(() -> data().load())
                .hasMessageStartingWith(folder.resolve("rows.json") + " line 2: ")
                .hasMessageContaining(message);
    }

    @Test
    void historyMustBePairs() {
        data().with(
                        "rows.json",
                        "[{\"instruction\": \"q\", \"output\": \"a\", \"past\": [[\"one\"]]}]",
                        ", \"columns\": {\"prompt\": \"instruction\", \"response\": \"output\", \"history\": \"past\"}");
        refused(() -> data().load()).hasMessageContaining("`past` must be a list of [question, answer] pairs");
    }

    @Test
    void anEmptyDataSetSaysWhereItsRowsWent() {
        data().with("rows.json", """
                        [{"conversations": [{"from": "human", "value": "q"}]},
                         {"conversations": []},
                         {"conversations": [{"from": "gpt", "value": "a"}, {"from": "human", "value": "q"}]},
                         {"conversations": [{"from": "human", "value": "q"}, {"from": "robot", "value": "a"}]},
                         {"conversations": [{"from": "human", "value": "q"}]}]
                        """, ", \"formatting\": \"sharegpt\"");
        refused(() -> data().load())
                .hasMessage("dataset: no sample is left: 5 rows, 0 kept, dropped: 1 no messages, "
                        + "2 the last message is not an answer, 1 a message has a role that is not among the tags, "
                        + "1 question and answer do not take turns; 0 samples, 0 tokens, 0 supervised");
        data().with("rows.json", "[]");
        refused(() -> data().load()).hasMessageStartingWith("dataset: no sample is left: 0 rows");
    }

    @Test
    void textThatFillsNoBlockSaysSo() {
        data().with("rows.txt", "one\ntwo", ", \"columns\": {\"prompt\": \"text\"}");
        refused(() -> DataFolder.load(data().pt()))
                .hasMessageContaining("8 tokens left over that fill no block")
                .hasMessageEndingWith("Lower cutoff_len, add data, or set packing: false");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                ", \"colums\": {}|no such key `colums`; did you mean columns?",
                ", \"columns\": {\"promt\": \"x\"}|columns: no such key `promt`; did you mean prompt?",
                ", \"tags\": {\"role\": \"x\"}|tags: no such key `role`; did you mean role_tag?",
                ", \"columns\": {\"query\": 3}|`query` must be a text, but is 3",
                ", \"columns\": 3|columns: must be an object, but is 3",
                ", \"columns\": {\"response\": \"x\"}|lists no `prompt`",
                ", \"formatting\": \"sharegpt\", \"columns\": {\"system\": \"x\"}|`columns` is written, but lists no `messages`",
                ", \"formatting\": \"sharegpt\", \"tags\": {\"user_tag\": \"x\"}|`tags` is written, but lists no `role_tag`",
                ", \"formatting\": \"chatty\"|`chatty` is not one of alpaca, sharegpt, openai",
                ", \"ranking\": true|lists no `chosen`",
                ", \"ranking\": \"yes\"|`ranking` must be true or false",
                ", \"ranking\": true, \"columns\": {\"prompt\": \"x\", \"chosen\": \"y\"}|lists no `rejected`",
                ", \"split\": \"train[:1.5%]\"|split: `train[:1.5%]` is no split",
                ", \"split\": \"train[3]\"|split: `train[3]` is no split",
                ", \"split\": \"train[:101%]\"|hundredths lie between -100% and 100%",
                ", \"split\": \"train[:3](closest)\"|only hundredths are rounded",
                ", \"hf_hub_url\": \"a/b\", \"split\": \"train[:3]+test[:3]\"|takes parts of several splits",
                ", \"split\": \"train[5:3]\"|split: `train[5:3]` holds none of the",
                ", \"subset\": \"a\"|subset: only for data sets of the hub",
                ", \"split\": \"test\"|a file has the split `train` alone",
                ", \"columns\": {\"prompt\": \"x\", \"images\": \"y\"}|columns: images: Lathe cannot do that yet",
                ", \"num_samples\": 0|`num_samples` must be a whole number of 1 or more, but is 0",
            })
    void whatAnEntrySaysIsChecked(String rest, String message) {
        data().with("rows.json", "[" + GOOD + "]", rest);
        refused(() -> data().load())
                .hasMessageContaining("dataset_info.json `rows`")
                .hasMessageContaining(message);
    }

    @Test
    void filesOfUnknownTypesAreRefused() {
        data().with("rows.parquet", "PAR1");
        refused(() -> data().load()).hasMessageContaining("rows.parquet: no whole Parquet file");
        data().with("rows.doc", "");
        refused(() -> data().load()).hasMessageContaining("not a type of data file");
    }

    @ParameterizedTest
    @CsvSource({
        "ms_hub_url,Hugging Face hub only",
        "om_hub_url,Hugging Face hub only",
        "script_url,a program in Python",
        "cloud_file_name,cloud storage"
    })
    void otherPlacesAreRefusedWithTheReason(String key, String reason) throws IOException {
        Files.writeString(folder.resolve("dataset_info.json"), "{\"rows\": {\"%s\": \"a/b\"}}".formatted(key));
        refused(() -> data().load())
                .hasMessageContaining("`rows`: " + key + ": ")
                .hasMessageContaining(reason);
    }

    @Test
    void aNameMustNotLeadOutOfTheFolder() throws IOException {
        for (String name : List.of("../rows.json", "a/../../rows.json", "..")) {
            Files.writeString(
                    folder.resolve("dataset_info.json"), "{\"rows\": {\"file_name\": \"%s\"}}".formatted(name));
            refused(() -> data().load()).hasMessageContaining("file_name: " + name + " leads out of " + folder);
        }
        Path elsewhere =
                Files.writeString(Files.createTempDirectory(folder, "else").resolve("rows.json"), "[" + GOOD + "]");
        Files.writeString(
                folder.resolve("dataset_info.json"), "{\"rows\": {\"file_name\": \"%s\"}}".formatted(elsewhere));
        org.assertj.core.api.Assertions.assertThat(
                        data().load().train().samples().size())
                .isOne();
    }

    @Test
    void settingsThatDoNotGoTogetherAreAllNamed() {
        DataSettings settings = new DataSettings(
                DataSettings.Stage.PT,
                List.of(),
                List.of("rows"),
                false,
                folder,
                0,
                true,
                true,
                java.util.Optional.empty(),
                true,
                new Mixing.Concat(),
                java.util.OptionalInt.of(0),
                new HoldOut.Count(1),
                false,
                0,
                0,
                false,
                42);
        refused(() -> DataFolder.load(settings))
                .hasMessageContaining("dataset: name at least one")
                .hasMessageContaining("cutoff_len: must be at least 1")
                .hasMessageContaining("max_samples: must be at least 1")
                .hasMessageContaining("preprocessing_batch_size: must be at least 1")
                .hasMessageContaining("preprocessing_num_workers: must be at least 1")
                .hasMessageContaining("mask_history: cannot be had together with train_on_prompt")
                .hasMessageContaining("for stage sft only")
                .hasMessageContaining("neat_packing: for stage sft only")
                .hasMessageContaining("val_size: cannot be had together with eval_dataset")
                .hasMessageContaining("ignore_pad_token_for_loss");
    }
}
