package StandIn::GitLab::File;

# …/repository/files (lib/api/files.rb).

use Mojo::Base -strict, -signatures;

use Digest::SHA qw(sha256_hex);
use Exporter 'import';
use MIME::Base64 qw(encode_base64);
use StandIn::GitLab::Commit;
use StandIn::GitLab::Refusal qw(invalid not_found);

our @EXPORT_OK = qw(file_get file_raw);

sub _find ($request, $ref) {
    my $repository = $request->{project}->repository;
    my $path       = $request->{path_of}{file_path};
    my $commit     = $repository->resolve($ref) // not_found('Commit');
    my $bytes      = $repository->content($commit, $path) // not_found('File');
    my ($name)     = $path =~ m{([^/]+)\z};

    return ({
        file_name => $name, file_path => $path, size => length $bytes,
        encoding => 'base64', content_sha256 => sha256_hex($bytes), ref => $ref,
        blob_id => $commit->{files}{$path}[1], commit_id => $commit->{sha},
        last_commit_id =>
            StandIn::GitLab::Commit::_last_commit($repository, $commit, $path),
        execute_filemode => $request->{app}->bool($commit->{files}{$path}[0] eq '100755'),
    }, $bytes);
}

sub _headers ($file) {
    return {
        'X-Gitlab-Blob-Id'        => $file->{blob_id},
        'X-Gitlab-Commit-Id'      => $file->{commit_id},
        'X-Gitlab-Content-Sha256' => $file->{content_sha256},
        'X-Gitlab-Encoding'       => $file->{encoding},
        'X-Gitlab-File-Name'      => $file->{file_name},
        'X-Gitlab-File-Path'      => $file->{file_path},
        'X-Gitlab-Last-Commit-Id' => $file->{last_commit_id},
        'X-Gitlab-Ref'            => $file->{ref},
        'X-Gitlab-Size'           => $file->{size},
        'X-Gitlab-Execute-Filemode' => $file->{execute_filemode} ? 'true' : 'false',
    };
}

sub file_get ($request) {
    my $ref = $request->{query}{ref} // invalid('ref is missing');
    my ($file, $bytes) = _find($request, $ref);

    $file->{content} = encode_base64($bytes, '');

    return [ 200, $file, _headers($file) ];
}

sub file_raw ($request) {
    my ($file, $bytes) = _find($request, $request->{query}{ref} // 'HEAD');

    return [ 200, $bytes, {
        %{ _headers($file) },
        'Content-Type' => 'text/plain; charset=utf-8',
        'Content-Disposition' => qq{inline; filename="$file->{file_name}"},
        'Cache-Control' => 'no-store, no-cache, must-revalidate, max-age=0, private',
        'Pragma' => 'no-cache',
    } ];
}

1;
