import {describe, expect, test} from '@jest/globals'
import {placeholderPerSecret} from '../../../src/formats/redact/placeholder.js'
import {redactEvidence, redactObject} from '../../../src/formats/redact/redact.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'

/** Secrets without a shape of their own, of several alphabets. */
const SECRETS = ['Vn3kQ8wLp0', 'q7w2e9r4t1y6', '5f3a9c1e-7b2d-4e8f-9a6c-0d1e2f3a4b5c', 'Zx_9-kLm.42Qw']

type Form = (secret: string) => string | KubeObject
const json =
  (make: (secret: string) => unknown): Form =>
  secret =>
    JSON.stringify(make(secret), null, 1)
const object =
  (kind: string, make: (secret: string) => object, metadata: (secret: string) => object = () => ({})): Form =>
  secret =>
    ({
      ...{apiVersion: 'v1', kind, metadata: {name: 'istio', namespace: 'd', ...metadata(secret)}},
      ...make(secret),
    }) as KubeObject
const annotated = (name: string, value: (secret: string) => string) =>
  object(
    'Pod',
    () => ({}),
    secret => ({annotations: {[name]: value(secret), kept: 'kept'}}),
  )
const patch = (value: (secret: string) => object) =>
  object('EnvoyFilter', secret => ({spec: {configPatches: [{patch: {operation: 'MERGE', value: value(secret)}}]}}))
const pem = (secret: string, type: string, end: string) =>
  `-----BEGIN ${type}-----${end}MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEA${secret.replace(/[^A-Za-z0-9]/g, '')}${end}-----END ${type}-----${end}`
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Ways in which the parts of a mesh, clouds and container tools write secrets. */
const FORMS: Readonly<Record<string, Form>> = {
  // Containers and their tools
  'docker inspect, a name that says nothing': json(s => [
    {Config: {Image: 'kept', Env: [`BACKEND=${s}`, 'PATH=/kept']}},
  ]),
  'docker inspect in one line': s => JSON.stringify([{Config: {Env: ['PATH=/kept', `QUUX=${s}`]}}]),
  'podman inspect, in a log': s => `info {"Config":{"Env":["QUUX=${s}"],"Image":"kept"}}`,
  'crictl inspect': json(s => ({info: {config: {envs: [{key: 'QUUX', value: s}], image: 'kept'}}})),
  'OCI runtime spec': json(s => ({process: {args: ['kept'], env: [`QUUX=${s}`, 'TERM=xterm']}})),
  'a map of variables': json(s => ({environment: {QUUX: s, ISTIO_META_X: 'kept'}})),
  'a list of variables in compose': s => `services:\n  kept:\n    environment:\n    - QUUX=${s}\n    - TERM=xterm\n`,
  'a map of variables in compose': s =>
    `services:\n  kept:\n    environment:\n      QUUX: ${s}\n      ISTIO_META_X: kept\n`,
  'systemd unit': s => `[Service]\nEnvironment="DB_PASSWORD=${s}" "A=kept"\nExecStart=/kept\n`,
  'docker run -e': s => `docker run -e DB_PASSWORD=${s} --name kept image`,
  'docker build --build-arg': s => `docker build --build-arg NPM_TOKEN=${s} kept`,
  'docker login': s => `docker login -u kept -p ${s} registry.example`,
  'echo to stdin': s => `echo ${s} | docker login -u kept --password-stdin`,
  // Headers
  'a header of a house': json(s => ({name: 'X-Foo-Key', value: s, z: 'kept'})),
  'a header of a house, matched': json(s => ({headers: {'x-foo-key': {exact: s}, kept: {exact: 'kept'}}})),
  'a header of a house in a request': s => `GET / HTTP/1.1\r\nX-Acme-Key: ${s}\r\nHost: kept\r\n\r\n`,
  "a header of a house in Envoy's log": s => `'x-acme-key', '${s}'\n':path', '/kept'\n`,
  'Ocp-Apim-Subscription-Key': s => `Ocp-Apim-Subscription-Key: ${s}\nHost: kept`,
  'X-Auth-Email beside X-Auth-Key': s => `X-Auth-Email: kept\nX-Auth-Key: ${s}`,
  'x-csrf-token': s => `x-csrf-token: ${s}\nhost: kept`,
  'sec-websocket-protocol with a bearer': s =>
    `sec-websocket-protocol: kept, base64url.bearer.authorization.k8s.io.${base64(s)}`,
  // Envoy's configuration
  'access log, JSON format': json(s => ({log_format: {json_format: {password: s, path: '%REQ(:PATH)%kept'}}})),
  'access log, text format': json(s => ({text_format_source: {inline_string: `[kept] "api_key=${s}" %REQ(:PATH)%\n`}})),
  'access log to a collector': json(s => ({
    initial_metadata: [
      {key: 'x-api-key', value: s},
      {key: 'kept', value: 'kept'},
    ],
  })),
  'access log, HTTP collector': json(s => ({http_service: {http_uri: {uri: `https://kept/?token=${s}`}}})),
  'Lua, long string': json(s => ({inlineCode: `local key = [[kept]]\nlocal api_key = [[${s}]]\n`})),
  'Lua, headers': json(s => ({default_source_code: {inline_string: `h:headers():add("x-acme-key", "${s}") -- kept`}})),
  'Lua, setMetadata': json(s => ({inlineCode: `h:streamInfo():dynamicMetadata():set("kept", "auth_token", "${s}")`})),
  'wasm, a string of JSON': json(s => ({
    configuration: {'@type': 't/google.protobuf.StringValue', value: JSON.stringify({client_secret: s, a: 'kept'})},
  })),
  'wasm, a string of YAML': json(s => ({configuration: {value: `upstream: kept\ncredential:\n  secret: ${s}\n`}})),
  'wasm, a struct': json(s => ({configuration: {fields: {api_key: {string_value: s}, a: {string_value: 'kept'}}}})),
  'OAuth2 filter': json(s => ({
    credentials: {client_id: 'kept', token_secret: {name: 'kept'}, hmac_secret: {inline_string: s}},
  })),
  'ext_authz, headers to add': json(s => ({
    http_service: {
      authorization_request: {headers_to_add: [{key: 'x-ext-auth-token', value: s}]},
      path_prefix: '/kept',
    },
  })),
  'jwt, inline keys': json(s => ({
    local_jwks: {
      inline_string: JSON.stringify({keys: [{kty: 'oct', kid: 'kept', k: s.replace('.', '_').padEnd(20, 'A')}]}),
    },
  })),
  'jwt, private parts': json(s => ({
    local_jwks: {
      inline_string: JSON.stringify({keys: [{kty: 'EC', crv: 'kept', d: s.replace('.', '_').padEnd(20, 'A')}]}),
    },
  })),
  'Redis, data source': json(s => ({auth_username: {inline_string: 'kept'}, auth_password: {inline_string: s}})),
  'Redis, credentials': json(s => ({downstream_auth_passwords: [{inline_string: s}], stat_prefix: 'kept'})),
  'Redis, AUTH on the wire': s => `kept > AUTH kept-user ${s}\n`,
  'Redis, ACL': s => `user kept on >${s} ~* +@all`,
  'custom tag with a name': json(s => ({
    custom_tags: [
      {tag: 'api_token', literal: {value: s}},
      {tag: 'kept', literal: {value: 'kept'}},
    ],
  })),
  'custom tag, value first': json(s => ({custom_tags: [{literal: {value: s}, tag: 'db_password'}, {tag: 'kept'}]})),
  'TLS session tickets': json(s => ({session_ticket_keys: {keys: [{inline_bytes: base64(s)}]}, a: 'kept'})),
  'credential injector': json(s => ({credential: {'@type': 'kept', overwrite: true, credential: {inline_string: s}}})),
  'AWS signing': json(s => ({
    credential_provider: {inline_credential: {access_key_id: 'kept', secret_access_key: s, session_token: s}},
  })),
  'GCP service account': json(s => ({type: 'service_account', private_key_id: s, client_email: 'kept@x.iam'})),
  'DataDog tracer': json(s => ({collector_cluster: 'kept', runtime_environment: {api_key: s}})),
  'runtime layer': json(s => ({static_layer: {kept: true, app: {upstream_password: s}}})),
  'node metadata, proxy configuration': json(s => ({
    metadata: {PROXY_CONFIG: {proxyMetadata: {QUUX: s, ISTIO_META_X: 'kept'}}},
  })),
  'node metadata, annotations': json(s => ({
    metadata: {ANNOTATIONS: {'proxy.istio.io/config': `proxyMetadata:\n  QUUX: ${s}\n  ISTIO_META_X: kept\n`}},
  })),
  'node metadata, environment': json(s => ({metadata: {PLATFORM_METADATA: {gcp_api_key: s, zone: 'kept'}}})),
  // Objects of Istio and Kubernetes
  'Telemetry, header of a tracer': object('Telemetry', s => ({
    spec: {tracing: [{customTags: {password: {literal: {value: s}}, kept: {literal: {value: 'kept'}}}}]},
  })),
  'EnvoyFilter, header to add': patch(s => ({
    request_headers_to_add: [{header: {key: 'x-acme-key', value: s}}],
    a: 'kept',
  })),
  'EnvoyFilter, Lua': patch(s => ({typed_config: {inlineCode: `local secret = "${s}" -- kept`}})),
  'EnvoyFilter, gRPC metadata': patch(s => ({
    grpc_service: {initial_metadata: [{key: 'authorization', value: `ApiKey ${s}`}]},
    a: 'kept',
  })),
  'mesh configuration, zipkin': object('ConfigMap', s => ({
    data: {mesh: `defaultConfig:\n  tracing:\n    zipkin:\n      address: https://kept:${s}@kept.example:9411\n`},
  })),
  'mesh configuration, lightstep': object('ConfigMap', s => ({
    data: {mesh: `defaultConfig:\n  tracing:\n    lightstep:\n      address: kept:443\n      accessToken: ${s}\n`},
  })),
  'mesh configuration, ext_authz': object('ConfigMap', s => ({
    data: {
      mesh: `extensionProviders:\n- name: kept\n  envoyExtAuthzHttp:\n    includeAdditionalHeadersInCheck:\n      x-ext-authz-key: ${s}\n      x-kept: kept\n`,
    },
  })),
  'injector values, image pull': object('ConfigMap', s => ({
    data: {values: JSON.stringify({global: {hub: 'kept', proxy: {env: {QUUX: s}}}})},
  })),
  'ServiceEntry, userinfo': object('ServiceEntry', s => ({
    spec: {hosts: ['kept'], endpoints: [{address: `https://kept:${s}@kept.example`}]},
  })),
  'VirtualService, redirect': object('VirtualService', s => ({
    spec: {http: [{redirect: {uri: `/kept?access_token=${s}`}}]},
  })),
  'VirtualService, fault body': object('VirtualService', s => ({
    spec: {http: [{directResponse: {status: 200, body: {string: `{"api_key":"${s}","a":"kept"}`}}}]},
  })),
  'annotation, nginx auth': annotated(
    'nginx.example/configuration-snippet',
    s => `proxy_set_header X-Api-Key "${s}"; # kept`,
  ),
  'annotation, prometheus': annotated('prometheus.io/param', s => `path=/kept&auth_token=${s}`),
  'annotation, overrides': annotated('proxy.istio.io/overrides', s =>
    JSON.stringify({
      containers: [
        {
          name: 'istio-proxy',
          env: [
            {name: 'QUUX', value: s},
            {name: 'ISTIO_META_X', value: 'kept'},
          ],
        },
      ],
    }),
  ),
  'annotation, last applied inside a list': json(s => ({
    items: [
      {
        kind: 'ConfigMap',
        metadata: {
          name: 'kept',
          annotations: {'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({data: {a: s}})},
        },
      },
    ],
  })),
  'init container command': object('Pod', s => ({
    spec: {initContainers: [{name: 'kept', command: ['sh', '-c', `PGPASSWORD=${s} psql -h kept`]}]},
  })),
  'preStop header': object('Pod', s => ({
    spec: {
      containers: [{name: 'kept', lifecycle: {preStop: {httpGet: {httpHeaders: [{name: 'X-Admin-Key', value: s}]}}}}],
    },
  })),
  'volume of CSI': object('Pod', s => ({
    spec: {volumes: [{name: 'kept', csi: {volumeAttributes: {clientSecret: s, share: 'kept'}}}]},
  })),
  'volume of azureFile': object('PersistentVolume', s => ({
    spec: {flexVolume: {options: {accountkey: s, sharename: 'kept'}}},
  })),
  'event, failed pull': s => `Warning Failed kept: unauthorized: https://kept:${s}@registry.example/v2/`,
  'event, failed probe': s =>
    `Warning Unhealthy kept: Get "http://10.0.0.1:8080/healthz?token=${s}": context deadline exceeded`,
  // kubeconfig and credentials of clouds
  'kubeconfig, exec env': s =>
    `users:\n- name: kept\n  user:\n    exec:\n      command: kept\n      env:\n      - name: QUUX\n        value: ${s}\n`,
  'kubeconfig, password': s => `users:\n- name: kept\n  user:\n    username: kept\n    password: ${s}\n`,
  'kubeconfig, auth provider': s =>
    `users:\n- name: kept\n  user:\n    auth-provider:\n      config:\n        id-token: ${s}\n        refresh-token: ${s}\n`,
  'exec credential': json(s => ({kind: 'ExecCredential', status: {token: s, expirationTimestamp: 'kept'}})),
  'AWS credentials': s => `[kept]\naws_secret_access_key=${s}\naws_session_token = ${s}\nregion = kept\n`,
  'Azure connection': s => `DefaultEndpointsProtocol=https;AccountName=kept;AccountKey=${s}==;EndpointSuffix=kept`,
  'Azure client': json(s => ({tenantId: 'kept', aadClientSecret: s})),
  'GCP refresh': json(s => ({client_id: 'kept', client_secret: s, refresh_token: s, type: 'authorized_user'})),
  'STS answer': s =>
    `<Credentials><SecretAccessKey>${s}</SecretAccessKey><SessionToken>${s}</SessionToken><Expiration>kept</Expiration></Credentials>`,
  'token exchange': s => `grant_type=urn:kept&subject_token=${s}&audience=kept`,
  // Logs
  'prompt, user named': s => `Password for user: ${s}\nkept`,
  'prompt, user quoted': s => `Password for 'kept': ${s}`,
  'prompt, of a user': s => `password of user kept: ${s}`,
  'prompt, new': s => `New password for kept is ${s}`,
  'XFCC with a certificate': s =>
    `x-forwarded-client-cert: By=spiffe://kept;Cert="-----BEGIN%20CERTIFICATE-----%0AMIIB${s}%0A-----END%20CERTIFICATE-----%0A";Subject="kept"`,
  'XFCC in JSON': json(s => ({
    xfcc: `By=spiffe://kept;Chain="-----BEGIN%20CERTIFICATE-----%0AMIIB${s}%0A-----END%20CERTIFICATE-----";URI=spiffe://kept`,
  })),
  'basic credentials in base64': s => `kept Authorization=Basic%20${base64(`kept:${s}`)}`,
  'basic credentials, JSON log': s => `{"msg":"kept","headers":{"Authorization":["Basic ${base64(`kept:${s}`)}"]}}`,
  'Go http.Header': s => `map[Accept:[kept] Authorization:[Bearer ${s}] X-Api-Key:[${s}]]`,
  'Java headers': s => `HttpHeaders[kept:"kept", X-Api-Key:"${s}"]`,
  'Python dict in bytes': s => `{b'x-api-key': b'${s}', b'host': b'kept'}`,
  'Rust debug': s => `Credentials { user: "kept", password: "${s}" }`,
  'Rust Some': s => `Config { password: Some("${s}"), host: "kept" }`,
  'zap fields': s => `info\tkept\t{"token": "${s}", "a": "kept"}`,
  'klog structured': s => `I1120 10:00:00.000 1 x.go:1] "kept" password="${s}" pod="kept"`,
  'ztunnel fields': s => `info access connection kept src.token="${s}" dst="kept"`,
  'istiod, dump of a Secret': s => `info kept &Secret{Data:map[string][]uint8{password:${s},},}`,
  'PEM in JSON': json(s => ({key: pem(s, 'RSA PRIVATE KEY', '\n'), a: 'kept'})),
  'PEM in JSON in JSON': json(s => ({a: JSON.stringify({k: pem(s, 'EC PRIVATE KEY', '\n'), a: 'kept'})})),
  'PEM in YAML': s => `a: kept\nblob: |\n  ${pem(s, 'PRIVATE KEY', '\n  ')}\nz: kept\n`,
  'PEM in a quoted log': s => `kept msg="${pem(s, 'ENCRYPTED PRIVATE KEY', '\\n')}" kept`,
  'PEM in twice escaped': s => `kept ${pem(s, 'PRIVATE KEY', '\\\\n')} kept`,
  'PEM with carriage returns': s => `kept ${pem(s, 'RSA PRIVATE KEY', '\\r\\n')} kept`,
  'PEM in unicode escapes': s => `{"a":"kept","k":"${pem(s, 'PRIVATE KEY', '\\u000a')}"}`,
  'PEM behind prefixes of lines': s => `kept | ${pem(s, 'PRIVATE KEY', '\napp | ')}`,
  'curl -H': s => `curl -H "X-Acme-Key: ${s}" https://kept.example`,
  'curl --oauth2-bearer': s => `curl --oauth2-bearer ${s} https://kept.example`,
  grpcurl: s => `grpcurl -rpc-header 'x-api-key: ${s}' kept:443 list`,
  'wget --header': s => `wget --header="Private-Token: ${s}" https://kept.example`,
  'helm --set': s => `helm install kept --set global.password=${s} --set auth.token=${s}`,
  'kubectl create secret': s => `kubectl create secret generic kept --from-literal=a=${s}`,
  'kubectl --token': s => `kubectl --token ${s} get kept`,
  'openssl -passin': s => `openssl rsa -passin pass:${s} -in kept.pem`,
  sqlalchemy: s => `create_engine("mysql+pymysql://kept:${s}@kept:3306/kept")`,
  'mongodb+srv': s => `mongodb+srv://kept:${s}@kept.example/?retryWrites=true`,
  SMTP: s => `smtp://kept%40kept.example:${s}@mail.kept.example:587`,
  'git remote': s => `https://kept:${s}@github.example/kept.git`,
  'S3 presigned': s => `https://kept.example/o?X-Amz-Date=kept&X-Amz-Security-Token=${s}&X-Amz-Signature=${s}`,
}

const whole = (value: string | KubeObject) => (typeof value === 'string' ? value : JSON.stringify(value))
const RANDOM = placeholderPerSecret(Buffer.from('a key for tests'))

function redacted(value: string | KubeObject): string {
  if (typeof value !== 'string') return JSON.stringify(redactObject(value, RANDOM))
  const id = /^\s*[[{]/.test(value) ? 'envoy.config_dump' : 'log.istio-proxy'
  return Buffer.from(redactEvidence(id, Buffer.from(value), RANDOM)).toString()
}

function leaks(text: string, secret: string): boolean {
  const core = secret.replace(/[^A-Za-z0-9]/g, '')
  return [secret, core, base64(secret).replace(/=+$/, '')].some(mark => text.includes(mark))
}

const count = (text: string, word: string) => text.split(word).length - 1

describe('secrets of the parts of a mesh, clouds and tools', () => {
  test.each(Object.entries(FORMS))('%s: the secret goes, the rest stays', (_form, write) => {
    for (const secret of SECRETS) {
      const before = write(secret)
      const after = redacted(before)
      expect({after, leaked: leaks(after, secret)}).toEqual({after, leaked: false})
      expect({after, kept: count(after, 'kept')}).toEqual({after, kept: count(whole(before), 'kept')})
      if (typeof before === 'string' && /^[[{]/.test(before) && before.includes('":'))
        expect(() => JSON.parse(after)).not.toThrow()
    }
  })

  test('equal secrets have equal placeholders wherever they stand, others have others', () => {
    const placeholders = (secret: string) =>
      new Set(
        ['log kv password=', 'X-Acme-Key: ', 'postgres://u:'].map(before => {
          const text = redacted(`${before}${secret}${before.includes('://') ? '@h:5432/x' : ''}`)
          return /\[redacted [0-9a-f]{8}\]/.exec(text)?.[0]
        }),
      )
    const each = SECRETS.map(placeholders)
    expect(each.map(({size}) => size)).toEqual(SECRETS.map(() => 1))
    expect(new Set(each.flatMap(set => [...set])).size).toBe(SECRETS.length)
  })
})

test.each([
  '{"Env":["PATH=/usr/local/bin:/usr/bin","TERM=xterm"]}',
  'x-cache-key: v1/products/12\nx-idempotency-key: a1B2c3D4e5',
  '{"name":"x-request-id","value":"Zx9kLm42Qw"}',
  'x-forwarded-client-cert: By=spiffe://a;Hash=0123abcd;Subject="";URI=spiffe://b',
  'password for user root was not accepted: connection closed',
  'Password authentication failed for user "app"',
  '{"custom_tags":[{"tag":"cluster","literal":{"value":"prod-eu-1"}}]}',
  '{"custom_tags":[{"tag":"k8s.pod","environment":{"name":"POD_NAME"}}]}',
  '{"access_log":[{"log_format":{"json_format":{"path":"%REQ(:PATH)%","authority":"%REQ(:AUTHORITY)%"}}}]}',
  '{"path_prefix":"/auth","key":"x-envoy-original-path","value":"/a"}',
  '{"header":{"key":"x-istio-attributes","value":"aBc123DeF456"}}',
  '{"hash_policy":[{"cookie":{"name":"user","ttl":"0s"}}]}',
  '{"ratelimits":[{"actions":[{"generic_key":{"descriptor_value":"Tenant42a"}}]}]}',
  '{"provider_name":"origins-0","remote_jwks":{"http_uri":{"uri":"https://idp/keys"}}}',
  'AUTH failed for user kept',
  'user admin is on the list ~*',
  'routing key: orders.eu',
])('no secret: %s', text => {
  expect(redacted(text)).toBe(text)
})
