package dev.lathe.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lathe version}, and what {@code --version} shows. */
@Command(name = "version", description = "Show the version of Lathe and of the Java it runs on.")
final class VersionCommand implements Runnable, IVersionProvider {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        spec.commandLine().getOut().println(Version.line());
    }

    @Override
    public String[] getVersion() {
        return new String[] {Version.line()};
    }
}
