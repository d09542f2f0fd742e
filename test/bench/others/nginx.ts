import type { Other, Places } from './other.ts';

export const nginx: Other = {
  command: 'nginx',
  version: ['-v'],
  versionIn: /nginx\/(\S+)/,
  file: 'nginx.conf',
  check: (file) => ['-t', '-q', '-c', file],
  run: (file, { folder }) => ['-c', file, '-p', folder],
};

/** One worker, and nothing that holds back what it relays. */
export function nginxConfiguration({ port, upstream, folder }: Places): string {
  return `daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid ${folder}/pid;
error_log stderr error;
events { worker_connections 14000; }
http {
  access_log off;
  client_body_temp_path ${folder}/bodies;
  proxy_temp_path ${folder}/answers;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_timeout 1h;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  upstream mcp {
    server 127.0.0.1:${upstream};
    keepalive 64;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location /mcp {
      proxy_pass http://mcp;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_request_buffering off;
      proxy_read_timeout 1h;
    }
  }
}
`;
}
