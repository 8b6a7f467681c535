package StandIn::GitLab::Chat::Words;

# What GitLab says to a chat at once (lib/gitlab/slash_commands/presenters).

use Mojo::Base -strict, -signatures;

use Exporter 'import';

our @EXPORT_OK = qw(words_access_denied words_authorize words_confirm words_deactivated
    words_help words_in_channel words_not_scheduled words_unsupported);

# Markdown's links become Slack's, for Mattermost too.
sub _links ($text) { return $text =~ s{\[([^\[\]]*)\]\((\S+?)\)}{<$2|$1>}gr }

sub _ephemeral ($text) {
    return { response_type => 'ephemeral', status => 200, text => _links($text) };
}

# `markdown`: the links stay as they are.
sub words_in_channel ($message, $markdown = 0) {
    my $text = $message->{text};

    return { response_type => 'in_channel', status => 200, %$message,
        text => $markdown ? $text : _links($text) };
}

sub words_access_denied ($project) {
    return _ephemeral("You are not allowed to perform the given chatops command. Most\n"
        . "likely you do not have access to the GitLab project for this chatops\n"
        . "integration.\n\nThe GitLab project for this chatops integration can be found at\n"
        . $project->web_url . ".\n");
}

sub words_deactivated ($url) {
    return _ephemeral("You are not allowed to perform the given ChatOps command. Most likely\n"
        . "your $url account needs to be reactivated.\n\n"
        . "Please log back in from a web browser to reactivate your account at $url\n");
}

sub words_authorize ($url) {
    return _ephemeral(defined $url
        ? ":wave: Hi there! Before I do anything for you, please [connect your GitLab account]($url)."
        : ":sweat_smile: Couldn't identify you, nor can I authorize you!");
}

sub words_confirm ($url) {
    return _ephemeral(join "\n\n",
        'To ensure the highest security standards, we verify the source of all slash commands.',
        "Please confirm the request by accessing <$url|this link> through a web browser.",
        q{Upon successful validation, you're granted access to slash commands.});
}

sub words_not_scheduled ($command) {
    my $name = $command =~ s/(["\\]|#(?=[\$\@\{]))/\\$1/gr =~ s/\e/\\e/gr;

    return _ephemeral('The command could not be scheduled. Make sure that your project has a'
        . qq{ .gitlab-ci.yml that defines a job with the name "$name"});
}

sub words_unsupported {
    return _ephemeral('Sorry, this chat service is currently not supported by GitLab ChatOps.');
}

# It never lists the project's jobs.
sub words_help ($project, $trigger, $text) {
    my @lines = (
        $text =~ /\Ahelp\b/ ? () : ("The specified command is not valid.\n"),
        "*Available commands*\n",
        'The following commands are available for this chatops integration:',
        (map { "- `$trigger $_`" } 'issue show <id>', 'issue new <title>',
            'run <command> <arguments>'),
        "\n*Project*\n\nThe GitLab project for this chatops integration can be found at "
            . $project->web_url . '.',
        "\n*Documentation*\n\nFor more information about GitLab chatops, refer to its"
            . ' documentation: https://docs.gitlab.com/ee/ci/chatops/index.html.',
    );

    return _ephemeral(join "\n", @lines);
}

1;
