import type {ContainerFacts} from '../../model/kube/container-facts.js'

/** The uid and gid of Istio's proxy (Dockerfile of proxyv2). */
const PROXY_ID = '1337'

function ended({name, status}: ContainerFacts): readonly string[] {
  if (status === undefined || status.running || (status.exitCode === 0 && !status.oomKilled)) return []
  const code = status.exitCode === undefined ? '' : ` with exit code ${status.exitCode}`
  const why = status.oomKilled
    ? ': it used more memory than its limit, and the kernel killed it'
    : `; read its log: docker logs ${name}`
  return [`container ${name} has ended${code}${why}`]
}

function isNamed({name, id, alsoKnownAs}: ContainerFacts, word: string): boolean {
  return name === word || alsoKnownAs.includes(word) || id?.startsWith(word) === true
}

/** A container in the network of one that the text does not hold: whose rules apply to it is then not known. */
function elsewhere(container: ContainerFacts, all: readonly ContainerFacts[]): readonly string[] {
  const {name, network, user = ''} = container
  if (network.kind !== 'shared' || all.some(each => isNamed(each, network.with))) return []
  const asProxy = user.split(':').includes(PROXY_ID)
    ? `. It runs as ${user}, the ids of Istio's proxy: where Istio's rules are set up there, its outbound traffic is not captured`
    : ''
  return [
    `container ${name} is in the network namespace of ${network.with}, which is not in the text, so its proxy and rules are not known: inspect both together${asProxy}`,
  ]
}

/** What inspected containers show that a person who debugs a mesh would look for. */
export function inspectedFindings(containers: readonly ContainerFacts[]): readonly string[] {
  return containers.flatMap(each => [...ended(each), ...elsewhere(each, containers)])
}
