// Lists every pod of a served cluster as reports do: list-pods.js PARTS KUBECONFIG AT-LEAST
import {pathToFileURL} from 'node:url'

const [, , parts, kubeconfig, least] = process.argv
const {clusterSource} = await import(pathToFileURL(parts).href)
const source = await clusterSource({
  kubeconfig,
  istioNamespace: 'istio-system',
  asGroups: [],
  requestTimeoutMs: 60_000,
  adminPort: 15_000,
})
const answer = await source.objects({kind: 'Pod'})
await source.close()
if (!answer.ok || answer.value.length < Number(least)) process.exitCode = 1
