export async function send<T>(path: string, options: RequestInit): Promise<T> {
  const headers = { ...options.headers, "x-api-key": process.env.LEGNEXT_API_KEY ?? "" };
  const answer = await fetch(`${process.env.LEGNEXT_BASE_URL}${path}`, { ...options, headers });
  return { data: await answer.json(), status: answer.status, headers: answer.headers } as T;
}
