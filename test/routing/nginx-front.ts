/** Where nginx listens, and in front of what. */
export interface NginxFront {
  readonly folder: string;
  readonly port: number;
  readonly stable: number;
  readonly canary: number;
  /** Fields of a line of the access log, by what nginx calls them. */
  readonly fields: Readonly<Record<string, string>>;
  /** Name of the access log, which may hold variables. */
  readonly log: string;
}

/** A configuration of nginx that takes the file of canary's route in, and logs as JSON who was served what. */
export function nginxFront({ folder, port, stable, canary, fields, log }: NginxFront): string {
  return `user root; daemon off; pid nginx.pid; error_log stderr error; events {}
    http {
      log_format records escape=json '${JSON.stringify(fields)}';
      client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      upstream stable { server 127.0.0.1:${stable}; keepalive 16; }
      upstream canary { server 127.0.0.1:${canary}; keepalive 16; }
      include route.conf;
      server {
        listen 127.0.0.1:${port}; keepalive_requests 100000;
        root ${folder}; access_log ${folder}/${log} records;
        location / { proxy_pass http://$canary_upstream; }
      }
    }`;
}
