/** What a browser calls itself, in two words: "Firefox on Linux". Pure. */
const browsers: [RegExp, string][] = [[/Edg\//, "Edge"], [/OPR\//, "Opera"], [/Firefox\//, "Firefox"], [/Chrom(e|ium)\//, "Chrome"], [/Safari\//, "Safari"], [/curl\//, "curl"]];
const systems: [RegExp, string][] = [[/iPhone|iPad/, "iOS"], [/Android/, "Android"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"], [/Linux|X11/, "Linux"]];
export function browserOf(device: string): string {
  const b = browsers.find(([r]) => r.test(device))?.[1], s = systems.find(([r]) => r.test(device))?.[1];
  return b && s ? `${b} on ${s}` : b ?? s ?? (device.slice(0, 60) || "An unknown browser");
}
