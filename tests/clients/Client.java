import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** A client that knows of no emulator: it prints what both of Java's HTTP clients get from WeChat. */
class Client {
    public static void main(String[] arguments) throws Exception {
        URI url = URI.create("https://api.weixin.qq.com/cgi-bin/stable_token");
        String body = "{\"grant_type\": \"client_credential\", \"appid\": \"%s\", \"secret\": \"%s\"}"
            .formatted(System.getenv("WX_APPID"), System.getenv("WX_SECRET"));

        HttpRequest request = HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofString(body)).build();
        System.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());

        HttpURLConnection older = (HttpURLConnection) url.toURL().openConnection();
        older.setDoOutput(true);
        older.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        try (InputStream answer = older.getInputStream()) {
            System.out.println(new String(answer.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
