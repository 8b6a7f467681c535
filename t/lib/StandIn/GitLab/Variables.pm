package StandIn::GitLab::Variables;

# CI/CD variables: { key, value, raw, file } in the order of precedence, the
# last of a key wins. Values are expanded twice, as in the real thing: GitLab
# replaces $NAME, ${NAME} and %NAME% of variables that exist before a runner
# gets the job (lib/gitlab/ci/variables/collection.rb); the runner then
# replaces what is left as Go's os.Expand does, "$$" by "$"
# (gitlab-runner common/spec/variables.go).

use Mojo::Base -strict, -signatures;

use Exporter 'import';

our @EXPORT_OK = qw(variables_as_hash variables_for_job);

my $REFERENCE = qr/\$\$|%%|\$([a-zA-Z_][a-zA-Z0-9_]*)|\$\{([a-zA-Z_][a-zA-Z0-9_]*)?\}|%([a-zA-Z_][a-zA-Z0-9_]*)%/;

# For rules and expressions, where values are taken as they stand.
sub variables_as_hash (@variables) {
    return { map { $_->{key} => $_->{value} } @variables };
}

# What the job's shell gets: key => value; a file variable's value is
# written by the caller's `$write_file`, which returns its path.
sub variables_for_job ($write_file, @variables) {
    my @expanded = _runner($write_file, _server(@variables));
    my %env;

    for my $variable (@expanded) {
        $env{ $variable->{key} } = $variable->{file}
            ? $write_file->($variable->{key}, $variable->{value})
            : $variable->{value};
    }

    return \%env;
}

sub _server (@variables) {
    my %by_key = map { $_->{key} => $_ } @variables;
    my (%state, %done, $cyclic, $expand);

    $expand = sub ($variable) {
        my $key = $variable->{key};

        return $variable->{value} if $variable->{raw} || $variable->{file};
        return $done{$variable}   if exists $done{$variable};

        if ($state{$variable}++) {
            $cyclic = 1;
            return $variable->{value};
        }

        my $value = $variable->{value} =~ s{$REFERENCE}{
            my $match = $&;
            my $to    = $1 // $2 // $3;
            my $other = defined $to ? $by_key{$to} : undef;
            !$other || $other->{file} || $other->{raw} ? $match : $expand->($other);
        }ger;

        return $done{$variable} = $value;
    };

    my @expanded = map { { %$_, value => $expand->($_) } } @variables;

    return $cyclic ? @variables : @expanded;
}

sub _runner ($write_file, @variables) {
    my %by_key = map { $_->{key} => $_ } @variables;

    my $get = sub ($name) {
        return '$' if $name eq '$';
        return '' if $name =~ /\A[*#@!?0-9]\z/;
        my $variable = $by_key{$name} // return '';
        return $variable->{file}
            ? $write_file->($name, $variable->{value}) : $variable->{value};
    };

    return map {
        $_->{raw} ? $_ : { %$_, value => _os_expand($_->{value}, $get) }
    } @variables;
}

# Go's os.Expand, its treatment of bad syntax included.
my $SHELL_NAME = qr/
    \$ (?:
        \{ (?: ([*\#\$\@!?\-0-9]) \} | \} | ([^\}]+) \} )
      | (\{)
      | ([*\#\$\@!?\-0-9])
      | ([a-zA-Z0-9_]+)
    )
/x;

sub _os_expand ($text, $get) {
    return $text if index($text, '$') < 0;

    return $text =~ s{$SHELL_NAME}{
        my $name = $1 // $2 // $4 // $5;
        defined $name ? $get->($name) : '';
    }ger;
}

1;
