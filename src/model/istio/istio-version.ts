/** Major and minor of an Istio release. */
export interface IstioVersion {
  readonly major: number
  readonly minor: number
}

/** Reads `1.31.0-rc.0`, `1.9`, or an image tag such as `proxyv2:1.18.2-distroless` or `release-1.1-latest-daily`; undefined for tags that are not a release (`dev`, `latest`). */
export function parseIstioVersion(text: string | undefined): IstioVersion | undefined {
  const match = /(?:^|[:\s])(?:v|release-)?(\d+)\.(\d+)(?:[.\-+@]|$)/.exec((text ?? '').replace(/@sha256:.*$/, ''))
  return match === null ? undefined : {major: Number(match[1]), minor: Number(match[2])}
}

/** True when the version is known and older than `major.minor`. */
export function isOlder(version: IstioVersion | undefined, major: number, minor: number): boolean {
  if (version === undefined) return false
  return version.major < major || (version.major === major && version.minor < minor)
}
