/** What is wrong with the URL of S3-compatible storage; undefined when nothing is. */
export function endpointProblem(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    return 'must be a URL such as "https://minio.example.org"'
  }
  const { username, password, search, hash } = new URL(text)
  if (username !== '' || password !== '' || search !== '' || hash !== '') {
    return 'must not hold a user, a password, parameters or a "#"'
  }
  return undefined
}
