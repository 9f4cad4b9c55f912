/** A program that opens connections, and where its command line names the server. */
export interface NetworkClient {
  /** Names of the program; without path. */
  readonly programs: RegExp
  /** Names of images that run it without a command of their own. */
  readonly images?: RegExp
  /** One of its arguments must match, else it opens no connection. */
  readonly when?: RegExp
  /** Flags whose value is a host, host:port or URL. */
  readonly hostFlags?: readonly string[]
  /** Flags whose value is a port. */
  readonly portFlags?: readonly string[]
  /** Variables of the environment it reads the server from. */
  readonly variables?: readonly string[]
  /** True when the first argument that is not a flag is the host: with its port, or with the port as the next argument. */
  readonly positional?: true
  /** Where it connects to when the command names no server: to the pod itself, to a server far away, or what only its files say. */
  readonly unnamed: 'local' | 'remote' | 'unknown'
  readonly port?: number
}

const HOST = ['-h', '--host', '--hostname']
const PORT = ['-p', '--port', '-P']

/** Clients that containers wait, migrate and fetch with, one row each (their manual pages and documentation). */
export const NETWORK_CLIENTS: readonly NetworkClient[] = [
  {
    programs: /^(curl|wget|http|https|httpie|grpcurl|websocat|hey|fortio)$/,
    images: /^(curl|wget)$/,
    positional: true,
    unnamed: 'unknown',
  },
  {programs: /^(nc|ncat|netcat|telnet)$/, positional: true, unnamed: 'unknown'},
  {programs: /^openssl$/, when: /^s_client$/, hostFlags: ['-connect'], unnamed: 'unknown'},
  {programs: /^grpc[_-]health[_-]probe$/, hostFlags: ['-addr', '--addr'], unnamed: 'unknown'},
  {
    programs: /^(wait[-_]?for[-\w.]*|wait4x|wait4ports|dockerize|wait-port|wait-on)$/,
    images: /^(wait[-_]?for[-\w]*|wait4x|dockerize|k8s-wait-for)$/,
    hostFlags: ['-wait', '--wait', '-h', '--host'],
    positional: true,
    unnamed: 'unknown',
  },
  {
    programs: /^(pg_isready|psql|pg_dump|pg_restore|pg_basebackup|createdb)$/,
    hostFlags: HOST,
    portFlags: ['-p', '--port'],
    variables: ['PGHOST'],
    unnamed: 'local',
    port: 5432,
  },
  {
    programs: /^(mysql|mysqladmin|mysqldump|mariadb|mariadb-admin|mysqlsh)$/,
    hostFlags: HOST,
    portFlags: ['-P', '--port'],
    variables: ['MYSQL_HOST'],
    unnamed: 'local',
    port: 3306,
  },
  {programs: /^(redis-cli|valkey-cli)$/, hostFlags: ['-h', '-u'], portFlags: ['-p'], unnamed: 'local', port: 6379},
  {
    programs: /^(mongo|mongosh|mongodump|mongorestore)$/,
    hostFlags: HOST,
    portFlags: ['--port'],
    unnamed: 'local',
    port: 27017,
  },
  {
    programs:
      /^(cqlsh|nodetool|clickhouse-client|sqlcmd|sqlplus|influx|ldapsearch|mosquitto_(pub|sub)|amqp-\w+|rabbitmqadmin|nats)$/,
    hostFlags: [...HOST, '-S', '-H', '-s', '--server'],
    portFlags: PORT,
    unnamed: 'unknown',
  },
  {
    programs: /^(kafka-[\w-]+(\.sh)?|kcat|kafkacat|zookeeper-shell(\.sh)?)$/,
    hostFlags: ['--bootstrap-server', '-b', '--zookeeper', '--broker-list'],
    positional: true,
    unnamed: 'unknown',
    port: 9092,
  },
  {programs: /^git$/, images: /^git$/, when: /^(clone|fetch|pull|push|ls-remote|submodule)$/, unnamed: 'remote'},
  {
    programs: /^git-sync$/,
    images: /^git-sync$/,
    hostFlags: ['--repo', '-repo'],
    variables: ['GITSYNC_REPO', 'GIT_SYNC_REPO'],
    unnamed: 'remote',
  },
  {programs: /^(ssh|scp|sftp|rsync)$/, when: /[@:]/, unnamed: 'remote', port: 22},
  {
    programs: /^(aws|gcloud|gsutil|az|azcopy|s3cmd|mc|rclone|s5cmd|doctl|oci|aliyun)$/,
    images: /^(aws-cli|cloud-sdk|google-cloud-cli|azure-cli|mc|rclone)$/,
    when: /^(?!(--?)?(version|help|configure)$)/,
    hostFlags: ['--endpoint-url', '--endpoint'],
    variables: ['AWS_ENDPOINT_URL'],
    unnamed: 'remote',
  },
  {
    programs: /^vault$/,
    images: /^vault$/,
    when: /^(agent|login|read|write|kv|status|proxy|token|unwrap)$/,
    hostFlags: ['-address', '--address'],
    variables: ['VAULT_ADDR'],
    unnamed: 'remote',
    port: 8200,
  },
  {
    programs: /^(vault-env|vault-secrets|vault-agent|bank-vaults)$/,
    images: /^(vault-env|vault-agent|vault-k8s)$/,
    variables: ['VAULT_ADDR'],
    unnamed: 'remote',
    port: 8200,
  },
  {
    programs: /^(consul|consul-k8s|consul-k8s-control-plane|nomad|etcdctl)$/,
    when: /^(?!(--?)?(version|help|validate)$)/,
    hostFlags: ['-http-addr', '--http-addr', '--endpoints', '-addresses'],
    variables: ['CONSUL_HTTP_ADDR', 'ETCDCTL_ENDPOINTS'],
    unnamed: 'unknown',
  },
  {
    programs: /^(kubectl|helm|oc|istioctl|argocd|flux)$/,
    images: /^(kubectl|helm|k8s)$/,
    when: /^(?!(--?)?(version|help|template|kustomize|completion)$)/,
    hostFlags: ['--server', '-s'],
    unnamed: 'remote',
    port: 443,
  },
  {
    programs: /^(npm|yarn|pnpm|pip3?|gem|bundle|composer|go|cargo|mvn|gradle)$/,
    when: /^(install|ci|add|download|get|fetch|update)$/,
    unnamed: 'remote',
  },
  {programs: /^(apt|apt-get|apk|yum|dnf|microdnf)$/, when: /^(update|install|add|upgrade)$/, unnamed: 'remote'},
  {programs: /^(docker|podman|crane|skopeo|oras|cosign)$/, when: /^(pull|push|copy|login)$/, unnamed: 'remote'},
  {
    programs:
      /^(flyway|liquibase|migrate|goose|atlas|dbmate|tern|sql-migrate|sqitch|alembic|prisma|knex|sequelize|typeorm)$/,
    images: /^(flyway|liquibase|migrate|goose|atlas|dbmate)$/,
    when: /^(?!(--?)?(version|help)$)/,
    hostFlags: ['-url', '--url', '-database', '--database', '-d'],
    variables: ['FLYWAY_URL', 'LIQUIBASE_COMMAND_URL', 'DATABASE_URL', 'GOOSE_DBSTRING'],
    unnamed: 'unknown',
  },
  {
    programs: /^(python3?|node|ruby|php|perl|java|rails|rake|npx|dotnet|artisan|manage\.py|airflow|superset)$/,
    when: /migrat|\bdb:|upgrade|\b(socket|urllib|requests|connect|psycopg\w*|pymysql|http)\b/i,
    variables: ['DATABASE_URL'],
    unnamed: 'unknown',
  },
]

/** Variables from which clients read their server. */
const CLIENT_VARIABLES: ReadonlySet<string> = new Set(NETWORK_CLIENTS.flatMap(({variables = []}) => variables))

/** True for a variable of the environment that is needed to resolve what a command connects to. */
export function isServerVariable(name: string, text: string): boolean {
  return (
    CLIENT_VARIABLES.has(name) ||
    text.includes(`$${name}`) ||
    text.includes(`\${${name}`) ||
    text.includes(`$(${name})`)
  )
}
