package StandIn::GitLab::Repository;

# A bare git repository on disk. Objects and refs are written by this file
# itself (gitformat-index, git-hash-object(1)), so that a commit needs no
# process; git reads and checks them like any other.

use Mojo::Base -base, -signatures;

use Compress::Zlib qw(compress);
use Digest::SHA    qw(sha1 sha1_hex);
use Encode         qw(encode_utf8);
use File::Basename qw(dirname);
use File::Path     qw(make_path);

has 'dir';
has default_branch => 'main';
has branches => sub { {} };    # name => sha
has tags     => sub { {} };    # name => { sha, message }
has commits  => sub { {} };    # sha => { tree, files, parents, ... }
has blobs    => sub { {} };    # sha => bytes
has trees    => sub { {} };    # sha => 1, written
has indexes  => sub { {} };    # tree => the index file of a checkout

sub create ($self) {
    my $dir = $self->dir;

    make_path("$dir/objects/info", "$dir/objects/pack", "$dir/refs/heads",
        "$dir/refs/tags");
    _write("$dir/HEAD", 'ref: refs/heads/' . $self->default_branch . "\n");
    _write("$dir/config", "[core]\n\trepositoryformatversion = 0\n"
        . "\tfilemode = true\n\tbare = true\n");

    return $self;
}

sub head ($self, $branch) { return $self->branches->{$branch} }

# (its name, branch, tag or ambiguous or nothing, sha)
sub find_ref ($self, $ref) {
    my $name   = $ref =~ s{\Arefs/(heads|tags)/}{}r;
    my $only   = $name ne $ref ? $1 : '';
    my $branch = $only eq 'tags'  ? undef : $self->branches->{$name};
    my $tag    = $only eq 'heads' ? undef : $self->tags->{$name};

    return ($name, 'ambiguous', $branch) if $branch && $tag;
    return ($name, 'branch', $branch) if $branch;
    return ($name, 'tag', $tag->{sha}) if $tag;
    return ($name, '', undef);
}

# A commit by tag, by branch, by HEAD, by its sha or a beginning of it.
sub resolve ($self, $ref) {
    $ref = $self->default_branch if $ref eq 'HEAD';

    my ($name, $kind, $found) = $self->find_ref($ref);
    my $sha = $kind eq 'ambiguous' ? $self->tags->{$name}{sha} : $found // $ref;

    return $self->commits->{$sha} if $self->commits->{$sha};
    return undef if $sha !~ /\A[0-9a-f]{7,39}\z/;

    my @found = grep { /\A$sha/ } keys %{ $self->commits };

    return @found == 1 ? $self->commits->{ $found[0] } : undef;
}

sub content ($self, $commit, $path) {
    my $entry = $commit->{files}{$path} // return undef;
    return $self->blobs->{ $entry->[1] };
}

# `files`: path => [mode, blob sha]; the blobs are in already.
sub commit ($self, %args) {
    my $tree = $self->_tree($args{files});
    my $time = int($args{time} // time);
    my $text = "tree $tree\n"
        . join('', map { "parent $_\n" } @{ $args{parents} })
        . encode_utf8("author $args{name} <$args{email}> $time +0000\n"
            . "committer $args{name} <$args{email}> $time +0000\n"
            . "\n$args{message}");
    my $sha = $self->_object('commit', $text);

    return $self->commits->{$sha} = {
        sha => $sha, tree => $tree, files => $args{files}, time => $time,
        parents => $args{parents}, message => $args{message},
        name => $args{name}, email => $args{email},
    };
}

sub blob ($self, $bytes) {
    my $sha = sha1_hex('blob ' . length($bytes) . "\0$bytes");

    if (!exists $self->blobs->{$sha}) {
        $self->_object('blob', $bytes);
        $self->blobs->{$sha} = $bytes;
    }

    return $sha;
}

# Git keeps no branch "a" beside a branch "a/b".
sub in_the_way ($self, $name) {
    my $branches = $self->branches;
    my @parts    = split m{/}, $name;

    return 0 if exists $branches->{$name};

    while (pop @parts) {
        return 1 if exists $branches->{ join '/', @parts };
    }

    return !!grep { index($_, "$name/") == 0 } keys %$branches;
}

sub set_branch ($self, $name, $sha) {
    my $file = $self->dir . '/refs/heads/' . encode_utf8($name);

    make_path(dirname($file));
    _write("$file.lock", "$sha\n");
    rename "$file.lock", $file or die "$file: $!";
    $self->branches->{$name} = $sha;
}

sub delete_branch ($self, $name) {
    my $file = $self->dir . '/refs/heads/' . encode_utf8($name);

    unlink $file or die "$file: $!";
    rmdir dirname($file) if $name =~ m{/};
    delete $self->branches->{$name};
}

sub set_tag ($self, $name, $sha, $message = '') {
    my $file = $self->dir . '/refs/tags/' . encode_utf8($name);

    make_path(dirname($file));
    _write($file, "$sha\n");
    $self->tags->{$name} = { sha => $sha, message => $message };
}

sub _ancestors ($self, $commit) {
    my (%seen, @order);
    my @open = $commit->{sha};

    while (defined(my $sha = shift @open)) {
        next if $seen{$sha}++;
        push @order, $sha;
        push @open, @{ $self->commits->{$sha}{parents} };
    }

    return @order;
}

# Paths that changed since a ref and a commit parted; undef for no such ref.
sub differs ($self, $ref, $commit) {
    my $other = $self->resolve($ref) // return undef;
    my %mine  = map { $_ => 1 } $self->_ancestors($commit);
    my ($base) = grep { $mine{$_} } $self->_ancestors($other);

    return defined $base ? $self->changed($self->commits->{$base}, $commit) : [];
}

# Is it in a branch or a tag? The name of one.
sub ref_with ($self, $commit) {
    my %tip = ((map { $_ => $self->tags->{$_}{sha} } keys %{ $self->tags }),
        %{ $self->branches });

    for my $name ((sort keys %{ $self->branches }), sort keys %{ $self->tags }) {
        return $name if grep { $_ eq $commit->{sha} }
            $self->_ancestors($self->commits->{ $tip{$name} });
    }

    return undef;
}

# Paths that differ between two commits.
sub changed ($self, $from, $to) {
    my ($old, $new) = ($from->{files}, $to->{files});
    my %paths = (%$old, %$new);

    return [ sort grep {
        ($old->{$_} ? "@{ $old->{$_} }" : '') ne ($new->{$_} ? "@{ $new->{$_} }" : '')
    } keys %paths ];
}

# A fresh checkout with a repository of its own, on a detached HEAD.
sub checkout ($self, $sha, $dir) {
    my $commit = $self->commits->{$sha};

    make_path("$dir/.git/objects/info", "$dir/.git/refs/heads");
    _write("$dir/.git/HEAD", "$sha\n");
    _write("$dir/.git/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n");
    _write("$dir/.git/objects/info/alternates", $self->dir . "/objects\n");
    _write("$dir/.git/index",
        $self->indexes->{ $commit->{tree} } //= $self->_index($commit->{files}));

    for my $path (keys %{ $commit->{files} }) {
        my ($mode, $blob) = @{ $commit->{files}{$path} };
        my $file = "$dir/" . encode_utf8($path);

        make_path(dirname($file)) if $path =~ m{/};
        _write($file, $self->blobs->{$blob});
        chmod 0755, $file if $mode eq '100755';
    }
}

sub _index ($self, $files) {
    my @paths = sort { encode_utf8($a) cmp encode_utf8($b) } keys %$files;
    my $out   = pack 'a4NN', 'DIRC', 2, scalar @paths;

    for my $path (@paths) {
        my ($mode, $blob) = @{ $files->{$path} };
        my $name  = encode_utf8($path);
        my $flags = length $name < 0xfff ? length $name : 0xfff;
        my $entry = pack('N10', 0, 0, 0, 0, 0, 0, oct $mode, 0, 0, 0)
            . pack('H40 n', $blob, $flags) . $name;

        $out .= $entry . "\0" x (8 - length($entry) % 8);
    }

    return $out . sha1($out);
}

sub _tree ($self, $files) {
    my (%here, %below);

    for my $path (keys %$files) {
        if ($path =~ m{\A([^/]+)/(.+)\z}s) {
            $below{$1}{$2} = $files->{$path};

        } else {
            $here{$path} = $files->{$path};
        }
    }

    my %entries = map { encode_utf8($_) => "$here{$_}[0] " . encode_utf8($_)
        . "\0" . pack('H40', $here{$_}[1]) } keys %here;

    $entries{ encode_utf8($_) . '/' } = '40000 ' . encode_utf8($_) . "\0"
        . pack('H40', $self->_tree($below{$_})) for keys %below;

    return $self->_object('tree', join '', map { $entries{$_} } sort keys %entries);
}

sub _object ($self, $type, $bytes) {
    my $whole = "$type " . length($bytes) . "\0$bytes";
    my $sha   = sha1_hex($whole);

    return $sha if $self->trees->{$sha}++;

    my $dir  = $self->dir . '/objects/' . substr $sha, 0, 2;
    my $file = "$dir/" . substr $sha, 2;

    mkdir $dir unless -d $dir;
    _write($file, compress($whole, 1));

    return $sha;
}

sub _write ($file, $bytes) {
    open my $handle, '>:raw', $file or die "$file: $!";
    print {$handle} $bytes;
    close $handle or die "$file: $!";
}

1;
