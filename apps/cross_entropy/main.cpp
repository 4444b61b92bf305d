// A walk through the theory behind classifiers, from labels to gradients, with every figure computed by the library.

#include <apps/cross_entropy/chapters.hpp>
#include <apps/support/command_line.hpp>

using namespace minnow;

namespace {

struct Chapter {
  const char* title;
  void (*print)();
};

constexpr std::array chapters{
    Chapter{"Labels as numbers: counting classes, and one-hot", labels_as_numbers},
    Chapter{"From scores to probabilities: softmax", scores_to_probabilities},
    Chapter{"Why not simply divide by the sum?", dividing_by_the_sum},
    Chapter{"Entropy: how uncertain is a draw?", uncertainty},
    Chapter{"Cross-entropy: what does a prediction cost?", cost_of_a_prediction},
    Chapter{"Why the logarithm: the likelihood of many answers", likelihood},
    Chapter{"Two classes: binary cross-entropy and the sigmoid", two_classes},
    Chapter{"The gradient that trains a network: p - t", gradient_of_the_scores},
    Chapter{"Where p - t is not the gradient", where_the_short_gradient_fails},
    Chapter{"Scores of any size", huge_scores},
};

void print_titles() {
  for (std::size_t i = 0; i < chapters.size(); ++i) fmt::print("{:>4}  {}\n", i + 1, chapters[i].title);
}

void print_chapter(std::size_t number) {
  const Chapter& chapter = chapters[number - 1];
  const std::string heading = fmt::format("{}. {}", number, chapter.title);
  fmt::print("{}\n{:=<{}}\n", heading, "", heading.size());
  chapter.print();
}

void print_all() {
  fmt::print(R"(Cross-entropy, worked out
=========================
How a network that tells dogs, cats, horses and cheetahs apart turns a picture
into an answer, how wrong the answer is, and which way to correct it. Every
figure below is computed as you read, by the functions that train networks.

)");
  print_titles();
  for (std::size_t i = 0; i < chapters.size(); ++i) {
    fmt::print("\n\n");
    print_chapter(i + 1);
  }
}

/// Empty when `text` is the number of a chapter, else what is wrong.
std::string check_chapter(const std::string& text) {
  for (std::size_t i = 1; i <= chapters.size(); ++i)
    if (text == std::to_string(i)) return {};
  return fmt::format("expected a chapter from 1 to {}, got '{}'; --list shows the titles", chapters.size(), text);
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t chapter = 0;
  bool list = false;
  CLI::App app{
      "Explains how a classifier learns: how its scores become probabilities, how\n"
      "cross-entropy measures what is wrong with them, and which gradient follows. Each\n"
      "figure is computed as it is printed, and nothing needs to be known beforehand.\n"
      "Without options it prints all chapters.",
      "cross_entropy"};
  CLI::Option* only =
      app.add_option("--chapter", chapter, fmt::format("Print one chapter only, 1 to {}", chapters.size()))
          ->type_name("N")
          ->check(check_chapter);
  app.add_flag("--list", list, "List the titles of the chapters")->excludes(only);
  return run(app, argc, argv, [&] {
    if (list)
      print_titles();
    else if (chapter != 0)
      print_chapter(chapter);
    else
      print_all();
  });
}
