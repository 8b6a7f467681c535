package Test::Nginx::Servroot;

# The folder that nginx runs in.

use strict;
use warnings;

use File::Path ();
use Test::Nginx::Util;
use Time::Local ();

my $mine = 0;

# Empty, but for the folders that nginx needs.
sub make {
    my $root = server_root();

    # never a folder that holds something else
    if (-e $root && !$mine && !_is_servroot($root)) {
        bail_out("$root is not a folder that this runner made");
    }

    File::Path::remove_tree($root, { keep_root => 1 }) if -d $root;

    File::Path::make_path(map { "$root/$_" } qw(conf html logs));

    $mine = 1;

    _index();

    return;
}

# What a reload may change: the files that are served.
sub renew_html {
    File::Path::remove_tree(html_dir(), { keep_root => 1 });
    _index();

    return;
}

sub remove {
    return if !$mine;

    File::Path::remove_tree(server_root());

    return;
}

sub write_conf {
    my ($text) = @_;

    my $file = server_root() . '/conf/nginx.conf';

    _write($file, $text);

    return $file;
}

# `user_files`: ">>> name [CCYYMMDDhhmm.ss]" and content, or a list of
# [name, content, time].
sub write_user_files {
    my ($block) = @_;

    my $section = $block->user_files;

    return if !defined $section;

    my @files = ref $section ? @$section : _parse($section, $block->name);

    for my $file (@files) {
        my ($name, $content, $time) = @$file;

        if ($name =~ m{(?:^|/)\.\.(?:/|$)}) {
            bail_out($block->name . " - bad name in user_files: $name");
        }

        my $path = html_dir() . "/$name";
        my ($folder) = $path =~ m{^(.*)/};

        File::Path::make_path($folder);
        _write($path, expand_env_in_text($content, $block->name));

        if (defined $time) {
            my $epoch = _epoch($time)
                // bail_out($block->name . " - bad time in user_files: $time");

            utime($epoch, $epoch, $path) or bail_out("utime $path: $!");
        }
    }

    return;
}

sub _is_servroot {
    my ($root) = @_;

    return 1 if -f "$root/conf/nginx.conf";

    opendir(my $dir, $root) or return 0;

    return !grep { !/^\.\.?$/ } readdir $dir;
}

sub _index {
    _write(html_dir() . '/index.html',
        "<html><head><title>It works!</title></head>"
            . "<body>It works!</body></html>");

    return;
}

sub _parse {
    my ($section, $test) = @_;

    my (undef, @parts) = split /^>>>[ \t]+(\S+)(?:[ \t]+(\S+))?[ \t]*\n/m,
        $section;

    bail_out("$test - bad user_files") if !@parts;

    my @files;

    while (my ($name, $time, $content) = splice @parts, 0, 3) {
        push @files, [$name, $content // '', $time];
    }

    return @files;
}

sub _epoch {
    my ($time) = @_;

    my ($year, $month, $day, $hour, $minute, $second) =
        $time =~ /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/
        or return;

    return eval {
        Time::Local::timegm($second // 0, $minute, $hour, $day, $month - 1,
            $year);
    };
}

sub _write {
    my ($file, $text) = @_;

    open(my $out, '>', $file) or bail_out("cannot write $file: $!");
    binmode $out;
    utf8::encode($text) if $text =~ /[^\x00-\xff]/;
    print {$out} $text;
    close($out) or bail_out("cannot write $file: $!");

    return;
}

1;
