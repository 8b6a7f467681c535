package StandIn::GitLab::Config::Include;

# include: local files of the repository (lib/gitlab/ci/config/external). The
# other kinds are not known to the stand-in.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Config::Entry qw(check_rules);
use StandIn::GitLab::Config::Merge qw(ci_stop deep_merge);
use StandIn::GitLab::Glob qw(expand_all);
use StandIn::GitLab::Map;
use StandIn::GitLab::Rules qw(rule_of);

our @EXPORT_OK = qw(include_files);

use constant MAX_INCLUDES => 150;

# The tree with its includes merged in. `context` as for Config->load, and
# document (a function from bytes and a file's name to a tree), found (a list
# that takes what was included).
sub include_files ($tree, $context, $chain = []) {
    return $tree unless exists $tree->{include};

    my $include = delete $tree->{include};
    my $merged  = StandIn::GitLab::Map->new;

    for my $entry (grep { defined } ref $include eq 'ARRAY' ? @$include : $include) {
        for my $found (_files($entry, $context)) {
            my $document = _read($found, $context, $chain);

            $merged = deep_merge($merged,
                include_files($document, $context, [ @$chain, $found->{local} ]));
        }
    }

    return deep_merge($merged, $tree);
}

# { local, inputs } of one entry.
sub _files ($entry, $context) {
    if (!ref $entry) {
        $entry = expand_all($entry, $context->{variables});
        ci_stop("Include `$entry` is not known to the stand-in: only local files are")
            if $entry =~ m{\A\w+://};
        $entry = { local => $entry };
    }

    ci_stop('Each include must be a hash or a string') if ref $entry ne 'HASH';

    my @kinds = grep { exists $entry->{$_} } qw(local project remote template artifact component);

    ci_stop('Each include must use only one of: `local`, `project`, `remote`,'
        . ' `template`, `artifact`, `component`') if @kinds > 1;
    ci_stop('Include `' . join(', ', sort keys %$entry) . '` is not known to the stand-in:'
        . ' only local files are') if "@kinds" ne 'local'
        || grep { !/\A(?:local|rules|inputs)\z/ } keys %$entry;
    ci_stop('Included file `' . ref($entry->{local}) . '` needs to be a string')
        if !defined $entry->{local} || ref $entry->{local};

    if (defined $entry->{rules}) {
        my @problems;
        my $rules = check_rules($entry->{rules}, 'rules', 'include', sub ($text) { push @problems, $text });

        ci_stop("include:$problems[0]") if @problems;

        my $rule = rule_of($rules, { %$context, files => $context->{paths} });

        return () if !$rule || ($rule->{when} // '') eq 'never';
    }

    my $path = expand_all($entry->{local}, $context->{variables}) =~ s{\A/+}{}r;

    return { local => $path, inputs => $entry->{inputs} } if $path !~ /\*/;

    my $regexp = join '', map {
        $_ eq '**' ? '.*' : $_ eq '*' ? '[^/]*' : quotemeta
    } split /(\*+)/, $path;

    return map { { local => $_, inputs => $entry->{inputs} } }
        sort grep { /\A$regexp\z/ } @{ $context->{paths} };
}

sub _read ($found, $context, $chain) {
    my $file = $found->{local};

    ci_stop("Included file `$file` does not have YAML extension!")
        if $file !~ /.+\.ya?ml\z/i;
    ci_stop('Maximum of ' . MAX_INCLUDES . ' nested includes are allowed!')
        if @{ $context->{found} } >= MAX_INCLUDES || @$chain >= MAX_INCLUDES;

    my $bytes = $context->{read}->($file);

    ci_stop("Local file `$file` does not exist!") unless defined $bytes;
    ci_stop("Local file `$file` is empty!")       unless $bytes =~ /\S/;

    push @{ $context->{found} }, {
        type => 'local', location => $file, blob => $context->{blob}->($file),
        raw => $context->{raw}->($file), extra => {},
        context_project => $context->{project}, context_sha => $context->{sha},
    };

    return $context->{document}->($bytes, $file, $found->{inputs});
}

1;
