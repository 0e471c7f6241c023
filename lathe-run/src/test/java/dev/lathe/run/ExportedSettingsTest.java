package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.TinyFamilies;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.FreshWeights;
import dev.lathe.model.LoadedModel;
import dev.lathe.run.config.NumberFormat;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import dev.lathe.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExportedSettingsTest {
    /** Whatever the family calls its tensors. */
    @ParameterizedTest
    @MethodSource("dev.lathe.base.TinyFamilies#names")
    void weightsAreBelievedWhereConfigNamesNoFormat(String name, @TempDir Path folder) {
        Torch.start(1);
        ObjectNode config = TinyFamilies.config(name);
        config.remove(List.of("dtype", "torch_dtype"));
        DecoderSpec spec = ConfigReader.read(config, name);
        Tokenizer tokenizer = Tokenizer.load(TinyModel.write(folder, 1, 1).model());
        LoadedModel model = new LoadedModel(name, config, Optional.empty(), spec, new FreshWeights(spec, 1), tokenizer);
        assertThat(ExportedSettings.dtype(NumberFormat.AUTO, model)).isEqualTo(DType.F32);
    }
}
